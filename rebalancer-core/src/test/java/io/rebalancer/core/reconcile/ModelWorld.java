package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyFacts.Presence;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A region in memory: the files of three storage nodes, the records of two metadata shards, and a clock of milliseconds. All
 * clocks are the same. Methods are atomic.
 */
final class ModelWorld {
    static final int NODES = 3;
    static final int SHARDS = 2;
    /** Names of records in each shard. */
    static final int NAMES = 2;
    /** The most objects of a world. Each upload makes one. */
    static final int OBJECTS = 12;
    /** In place of a storage node or an object. */
    static final int NONE = -1;

    private static final long CLAIMED = Long.MAX_VALUE;
    private static final StorageNodeId[] IDS = new StorageNodeId[NODES];
    private static final CopyKey[] KEYS = new CopyKey[OBJECTS];
    private static final ContentMd5 MD5 = new ContentMd5("XUFAKrxLKna5cZ2REBfFkg==");

    static {
        for (int node = 0; node < NODES; node++) {
            IDS[node] = new StorageNodeId((node + 1) + ".stor.example.com");
        }
        for (int object = 0; object < OBJECTS; object++) {
            KEYS[object] = new CopyKey(new UUID(1, 1), new UUID(2, object));
        }
    }

    /** A file. */
    record File(long sizeBytes, long modified, long changed) {}

    /** A record of an object. */
    record Record(int object, MetadataRecord record, long modified) {
        boolean names(int node) {
            return record.names(IDS[node]);
        }
    }

    final SplittableRandom random;
    final ModelFault fault;
    private final @Nullable List<String> story;
    private final @Nullable File[][] files = new File[NODES][OBJECTS];
    private final int[][] assignments = new int[NODES][OBJECTS];
    /** Since when no record claims a file that a record has claimed. */
    private final long[][] unclaimedSince = new long[NODES][OBJECTS];

    private final @Nullable Record[][] records = new Record[SHARDS][NAMES];
    private final int[] links = new int[OBJECTS];
    private int objects;
    private int etags;
    private long now = 1_000_000;

    /** @param story gets what happens, in words; null if it is not wanted */
    ModelWorld(SplittableRandom random, ModelFault fault, @Nullable List<String> story) {
        this.random = random;
        this.fault = fault;
        this.story = story;
        for (long[] each : unclaimedSince) {
            Arrays.fill(each, CLAIMED);
        }
    }

    void note(Supplier<String> what) {
        if (story != null) {
            story.add("at " + now + ": " + what.get());
        }
    }

    long now() {
        return now;
    }

    void pass(long millis) {
        now += millis;
    }

    boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    static StorageNodeId id(int node) {
        return IDS[node];
    }

    static CopyKey key(int object) {
        return KEYS[object];
    }

    static int object(CopyKey key) {
        return (int) key.objectId().getLeastSignificantBits();
    }

    static long sizeOf(int object) {
        return 100 + object;
    }

    /** A new object, or {@link #NONE} if there are enough. */
    int newObject() {
        return objects < OBJECTS ? objects++ : NONE;
    }

    /** Whether a further link to the object may be made. */
    boolean mayLink(int object, int most) {
        return links[object]++ < most;
    }

    // Files.

    boolean hasFile(int node, int object) {
        return files[node][object] != null;
    }

    void write(int node, int object) {
        files[node][object] = new File(sizeOf(object), now, now);
    }

    /** An assignment uses the file that it found on its destination: a look before is not valid any more. */
    void adopt(int node, int object) {
        File file = files[node][object];
        if (file != null && fault != ModelFault.FOUND_FILE_KEEPS_ITS_TIME) {
            files[node][object] = new File(file.sizeBytes(), file.modified(), now);
        }
    }

    void remove(int node, int object) {
        files[node][object] = null;
    }

    void accept(int node, int object) {
        assignments[node][object]++;
    }

    void release(int node, int object) {
        assignments[node][object]--;
    }

    boolean isInUse(int node, int object) {
        return assignments[node][object] > 0 && fault != ModelFault.ASSIGNMENTS_PROTECT_NOTHING;
    }

    /** What the agent's walk finds. */
    List<InventoryEntry> list(int node, int firstObject, int endObject) {
        List<InventoryEntry> entries = new ArrayList<>();
        for (int object = firstObject; object < endObject; object++) {
            File file = files[node][object];
            if (file != null) {
                entries.add(new InventoryEntry(key(object), file.sizeBytes(), file.modified(), file.changed(), false));
            }
        }
        return entries;
    }

    /** What the agent replies about one file. */
    CopyFacts look(int node, int object) {
        File file = files[node][object];
        Presence presence = isInUse(node, object) ? Presence.IN_USE : file == null ? Presence.ABSENT : Presence.PRESENT;
        return file == null
                ? new CopyFacts(key(object), presence, 0, 0, 0)
                : new CopyFacts(key(object), presence, file.sizeBytes(), file.modified(), file.changed());
    }

    /** Moves a file into the quarantine under the agent's conditions; returns whether it is there now. */
    boolean quarantine(int node, QuarantineOrder.File order) {
        int object = object(order.key());
        File file = files[node][object];
        if (file == null || isInUse(node, object)) {
            return false;
        }
        boolean isSame = file.sizeBytes() == order.sizeBytes()
                && file.modified() == order.modifiedMillis()
                && file.changed() == order.changedMillis();
        if (!isSame && fault != ModelFault.UNCONDITIONAL_MOVE) {
            return false;
        }
        files[node][object] = null;
        return true;
    }

    // Records.

    @Nullable
    Record record(int shard, int name) {
        return records[shard][name];
    }

    /** All records of a shard. */
    List<Record> records(int shard) {
        List<Record> all = new ArrayList<>(NAMES);
        for (Record each : records[shard]) {
            if (each != null) {
                all.add(each);
            }
        }
        return all;
    }

    /** Writes a record, also in place of another one. */
    void put(int shard, int name, int object, List<CopyLocation> copies) {
        MetadataRecord record = new MetadataRecord(
                new RecordRef(shard + 1, "/o/stor/" + name),
                Integer.toString(etags++),
                key(object).objectId(),
                key(object).owner(),
                sizeOf(object),
                MD5,
                copies,
                "");
        replace(shard, name, new Record(object, record, now));
    }

    void delete(int shard, int name) {
        replace(shard, name, null);
    }

    private void replace(int shard, int name, @Nullable Record next) {
        Record before = records[shard][name];
        records[shard][name] = next;
        if (before != null) {
            noteClaims(before.object());
        }
        if (next != null) {
            noteClaims(next.object());
        }
    }

    private void noteClaims(int object) {
        for (int node = 0; node < NODES; node++) {
            if (isClaimed(node, object)) {
                unclaimedSince[node][object] = CLAIMED;
            } else if (unclaimedSince[node][object] == CLAIMED) {
                unclaimedSince[node][object] = now;
            }
        }
    }

    boolean isClaimed(int node, int object) {
        for (Record[] shard : records) {
            for (Record each : shard) {
                if (each != null && each.object() == object && each.names(node)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether no record has claimed the file for that time. */
    boolean isUnclaimedFor(int node, int object, long millis) {
        return unclaimedSince[node][object] != CLAIMED && now - unclaimedSince[node][object] >= millis;
    }

    /** Files that no record claims, as node and object. */
    List<String> orphans() {
        List<String> orphans = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            for (int object = 0; object < OBJECTS; object++) {
                if (hasFile(node, object) && !isClaimed(node, object)) {
                    orphans.add(name(node, object));
                }
            }
        }
        return orphans;
    }

    static String name(int node, int object) {
        return "object " + object + " on node " + (node + 1);
    }

    /** Nothing but the quarantine removes a file that a record claims. */
    Optional<String> violation() {
        for (int shard = 0; shard < SHARDS; shard++) {
            for (Record each : records[shard]) {
                for (int node = 0; each != null && node < NODES; node++) {
                    if (each.names(node) && !hasFile(node, each.object())) {
                        return Optional.of("a record of shard " + (shard + 1) + " claims " + name(node, each.object())
                                + ", which is in quarantine");
                    }
                }
            }
        }
        return Optional.empty();
    }
}
