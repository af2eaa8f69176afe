package io.rebalancer.agent.inventory;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.NodeInventory.EntryPage;
import io.rebalancer.persistence.sort.RecordCursor;
import io.rebalancer.persistence.sort.SortedFile;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads the records of the inventory, in sequence and without an index. Blocking. */
final class InventoryReader {
    private final AgentInventory inventory;

    InventoryReader(AgentInventory inventory) {
        this.inventory = inventory;
    }

    private interface Read<T> {
        T from(InventoryFiles.Finished finished) throws IOException;
    }

    /**
     * The positions of the ranges whose digests differ from those of the files.
     *
     * @throws IllegalArgumentException if there are too many ranges, or if they are not ascending
     */
    List<Integer> differing(UUID runId, Optional<CopyKey> after, List<RangeDigest> ranges)
            throws InventoryNotReady, IOException {
        requireAscending(after, ranges);
        return read(runId, finished -> {
            try (RecordCursor cursor = open(finished.records(), after)) {
                return differing(cursor, after, ranges);
            }
        });
    }

    private static void requireAscending(Optional<CopyKey> after, List<RangeDigest> ranges) {
        if (ranges.size() > NodeInventory.MAX_DIGESTS) {
            throw new IllegalArgumentException(
                    "a request has at most " + NodeInventory.MAX_DIGESTS + " digests, not " + ranges.size());
        }
        Optional<CopyKey> last = after;
        for (RangeDigest range : ranges) {
            if (last.isPresent() && last.get().compareTo(range.upTo()) >= 0) {
                throw new IllegalArgumentException(
                        "the range up to " + range.upTo() + " is not above the one up to " + last.get());
            }
            last = Optional.of(range.upTo());
        }
    }

    private static List<Integer> differing(RecordCursor cursor, Optional<CopyKey> after, List<RangeDigest> ranges)
            throws IOException {
        List<Integer> differing = new ArrayList<>();
        int range = 0;
        long copies = 0;
        long hash = 0;
        boolean more = nextAfter(cursor, after);
        while (range < ranges.size()) {
            RangeDigest expected = ranges.get(range);
            CopyKey key = more ? InventoryRecords.key(cursor.bytes(), cursor.offset()) : CopyKey.LAST;
            if (more && key.compareTo(expected.upTo()) <= 0) {
                copies++;
                hash ^= RangeDigest.hash(key, InventoryRecords.size(cursor.bytes(), cursor.offset()));
                more = cursor.next();
            } else {
                if (!expected.agreesWith(copies, hash)) {
                    differing.add(range);
                }
                range++;
                copies = 0;
                hash = 0;
            }
        }
        return differing;
    }

    private static RecordCursor open(SortedFile records, Optional<CopyKey> after) throws IOException {
        return after.isPresent() ? records.from(InventoryRecords.keyBytes(after.get())) : records.first();
    }

    /** Moves to the first record behind the key. A key may have several records only if a file was listed twice. */
    private static boolean nextAfter(RecordCursor cursor, Optional<CopyKey> after) throws IOException {
        boolean more = cursor.next();
        while (more
                && after.isPresent()
                && InventoryRecords.key(cursor.bytes(), cursor.offset()).compareTo(after.get()) <= 0) {
            more = cursor.next();
        }
        return more;
    }

    /**
     * The first entries of a range.
     *
     * @param limit maximum number of entries; at most {@link NodeInventory#MAX_ENTRIES} are returned
     */
    EntryPage entries(UUID runId, KeyRange range, int limit) throws InventoryNotReady, IOException {
        int most = Math.max(1, Math.min(limit, NodeInventory.MAX_ENTRIES));
        return read(runId, finished -> {
            List<InventoryEntry> entries = new ArrayList<>();
            try (RecordCursor cursor = open(finished.records(), range.after())) {
                boolean more = nextAfter(cursor, range.after());
                while (more
                        && InventoryRecords.key(cursor.bytes(), cursor.offset()).compareTo(range.upTo()) <= 0) {
                    if (entries.size() == most) {
                        return new EntryPage(entries, false);
                    }
                    entries.add(InventoryRecords.entry(
                            cursor.bytes(), cursor.offset(), finished.stored().touched()));
                    more = cursor.next();
                }
                return new EntryPage(entries, true);
            }
        });
    }

    private <T> T read(UUID runId, Read<T> read) throws InventoryNotReady, IOException {
        try {
            return read.from(inventory.records(runId));
        } catch (NoSuchFileException e) {
            // It may have been dropped meanwhile.
            inventory.reportDamage(runId, e);
            inventory.records(runId);
            throw e;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            inventory.reportDamage(runId, e);
            throw e;
        }
    }
}
