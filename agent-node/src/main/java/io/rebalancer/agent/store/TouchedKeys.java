package io.rebalancer.agent.store;

import io.rebalancer.core.inventory.CopyKey;
import java.util.HashSet;
import java.util.Set;

/** Records which objects of the v1 layout get or lose a file while the files are listed. */
public final class TouchedKeys {
    /** With more, every object counts as touched. */
    static final int MAX_KEYS = 100_000;

    private final Set<CopyKey> keys = new HashSet<>();
    private boolean recording;
    private boolean overflown;

    /**
     * The objects that were touched.
     *
     * @param all whether there were too many to record: then every object counts as touched
     */
    public record Touched(boolean all, Set<CopyKey> keys) {
        /** Nothing was touched. */
        public static final Touched NONE = new Touched(false, Set.of());

        /** Keeps a copy of the keys. */
        public Touched {
            keys = Set.copyOf(keys);
        }

        /** Whether the object was touched. */
        public boolean contains(CopyKey key) {
            return all || keys.contains(key);
        }
    }

    /** Begins to record; forgets what was recorded before. */
    public synchronized void start() {
        keys.clear();
        overflown = false;
        recording = true;
    }

    /** Ends the record, and returns it. */
    public synchronized Touched stop() {
        recording = false;
        Touched touched = new Touched(overflown, keys);
        keys.clear();
        return touched;
    }

    /** The object is about to get or to lose a file. */
    synchronized void add(ObjectKey key) {
        if (recording && !overflown && key.bucket().isEmpty()) {
            keys.add(new CopyKey(key.owner(), key.objectId()));
            if (keys.size() > MAX_KEYS) {
                overflown = true;
                keys.clear();
            }
        }
    }
}
