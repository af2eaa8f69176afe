package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the directories whose entries were forced and have not changed since. A directory that was removed and
 * created again is another directory, or its parent has changed: it has to be forced again.
 */
final class ForcedDirectories {
    /**
     * Two changes within one tick of the kernel's clock have one time. So a directory is remembered only if its last
     * change is older than this.
     */
    private static final Duration MIN_AGE = Duration.ofSeconds(2);

    private final Map<Path, State> forced;

    /**
     * A directory at one time.
     *
     * @param fileKey device and inode
     * @param modified time of the last change of its entries
     */
    record State(Object fileKey, FileTime modified) {}

    /** @param maxDirectories directories to remember; with more, the directory that was used longest ago is forgotten */
    ForcedDirectories(int maxDirectories) {
        this.forced = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Path, State> eldest) {
                return size() > maxDirectories;
            }
        };
    }

    /** The current state of a directory. Read it before the force, because an entry may be created meanwhile. */
    static State state(SafeDirectory directory) throws IOException {
        BasicFileAttributes attributes = directory.attributes();
        return new State(attributes.fileKey(), attributes.lastModifiedTime());
    }

    /** Whether the directory was forced in this state. */
    synchronized boolean contains(Path directory, State state) {
        return state.equals(forced.get(directory));
    }

    /** Records that the directory was forced after {@code state} was read. */
    synchronized void add(Path directory, State state) {
        if (state.modified().toInstant().isBefore(Instant.now().minus(MIN_AGE))) {
            forced.put(directory, state);
        } else {
            forced.remove(directory);
        }
    }
}
