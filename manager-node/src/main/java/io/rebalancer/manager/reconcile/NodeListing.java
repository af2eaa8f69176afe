package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The listing of a storage node's files, which its agent keeps. First the digests of ranges travel, each of
 * {@link #COPIES_PER_RANGE} claims; then the entries of the ranges that differ.
 */
final class NodeListing {
    /** A digest of so many copies travels as about 60 bytes, an entry as about 45. */
    static final int COPIES_PER_RANGE = 1024;

    private static final int DIGESTS_PER_CALL = 2048;
    private static final int ENTRIES_PER_CALL = 4096;
    /** Roughly what an entry takes on the wire: ids hardly shrink. */
    private static final int ENTRY_BYTES = 45;

    private static final int DIGEST_BYTES = 60;

    private final StorageNodeId node;
    private final NodeInventory inventory;
    private final UUID runId;
    private final ClaimFile claims;
    private final RunScope scope;
    private final Duration timeout;
    private long transferred;

    NodeListing(
            StorageNodeId node,
            NodeInventory inventory,
            UUID runId,
            ClaimFile claims,
            RunScope scope,
            Duration timeout) {
        this.node = node;
        this.inventory = inventory;
        this.runId = runId;
        this.claims = claims;
        this.scope = scope;
        this.timeout = timeout;
    }

    /** Bytes of digests and entries that travelled so far, roughly. */
    long transferredBytes() {
        return transferred;
    }

    /**
     * The ranges in which claims and files differ, ascending; adjacent ones are joined. Together they may be all keys.
     *
     * @param eachClaim gets every claim of the node, ascending
     */
    List<KeyRange> differing(Consumer<Claim> eachClaim) throws IOException, TimeoutException {
        List<KeyRange> found = new ArrayList<>();
        Optional<CopyKey> after = Optional.empty();
        try (ClaimFile.Claims all = claims.of(node, KeyRange.ALL)) {
            boolean last = false;
            while (!last) {
                List<RangeDigest> digests = digests(all, eachClaim);
                last = !all.hasNext();
                addDiffering(after, digests, found);
                after = Optional.of(digests.get(digests.size() - 1).upTo());
            }
        }
        return found;
    }

    /** The digests of the next ranges. The last one of all ends with the highest key, so that no file is outside. */
    private static List<RangeDigest> digests(Iterator<Claim> all, Consumer<Claim> eachClaim) {
        List<RangeDigest> digests = new ArrayList<>();
        do {
            long copies = 0;
            long hash = 0;
            CopyKey upTo = CopyKey.LAST;
            for (int i = 0; i < COPIES_PER_RANGE && all.hasNext(); i++) {
                Claim claim = all.next();
                upTo = claim.key();
                eachClaim.accept(claim);
                if (claim.expectsFile()) {
                    copies++;
                    hash ^= RangeDigest.hash(claim.key(), claim.sizeBytes());
                }
            }
            digests.add(new RangeDigest(all.hasNext() ? upTo : CopyKey.LAST, copies, hash));
        } while (all.hasNext() && digests.size() < DIGESTS_PER_CALL);
        return digests;
    }

    private void addDiffering(Optional<CopyKey> after, List<RangeDigest> digests, List<KeyRange> found)
            throws TimeoutException {
        List<Integer> positions = scope.await(inventory.differing(runId, after, digests), timeout);
        transferred += (long) digests.size() * DIGEST_BYTES;
        for (int position : positions) {
            Optional<CopyKey> start = position == 0
                    ? after
                    : Optional.of(digests.get(position - 1).upTo());
            CopyKey end = digests.get(position).upTo();
            int last = found.size() - 1;
            if (last >= 0 && start.equals(Optional.of(found.get(last).upTo()))) {
                found.set(last, new KeyRange(found.get(last).after(), end));
            } else {
                found.add(new KeyRange(start, end));
            }
        }
    }

    /** The entries of a range, ascending, read page by page. Throws {@link RunFault} if a page can't be read. */
    Iterator<InventoryEntry> entries(KeyRange range) {
        return new Entries(range);
    }

    private final class Entries implements Iterator<InventoryEntry> {
        private KeyRange rest;
        private List<InventoryEntry> page = List.of();
        private int next;
        private boolean last;

        Entries(KeyRange range) {
            this.rest = range;
        }

        @Override
        public boolean hasNext() {
            while (next == page.size() && !last) {
                load();
            }
            return next < page.size();
        }

        @Override
        public InventoryEntry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return page.get(next++);
        }

        private void load() {
            try {
                NodeInventory.EntryPage read = scope.await(inventory.entries(runId, rest, ENTRIES_PER_CALL), timeout);
                page = read.entries();
                last = read.last();
            } catch (TimeoutException e) {
                throw new RunFault(e);
            }
            next = 0;
            transferred += (long) page.size() * ENTRY_BYTES;
            if (page.isEmpty() && !last) {
                throw new RunFault(
                        new IOException("the agent of " + node + " sent an empty page that is not the last"));
            }
            if (!last) {
                rest = new KeyRange(Optional.of(page.get(page.size() - 1).key()), rest.upTo());
            }
        }
    }
}
