package io.rebalancer.core.inventory;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Compares what records claim of a storage node with what its agent found, in one pass over both. It keeps one element of
 * each side, so its memory does not depend on their number.
 */
public final class MergeJoin {
    private MergeJoin() {}

    /** Gets each key once, in ascending order. */
    public interface Sink {
        /** A claim without a file. */
        void claimOnly(Claim claim);

        /** A claim and its file. */
        void both(Claim claim, InventoryEntry entry);

        /** A file that nothing claims. */
        void fileOnly(InventoryEntry entry);
    }

    /**
     * Compares both sides to their ends.
     *
     * @param claims ascending, each key once ({@link FoldedClaims})
     * @param entries ascending, each key once
     * @throws IllegalStateException if a side is not ascending: then nothing can be concluded from a missing element
     */
    public static void join(Iterator<Claim> claims, Iterator<InventoryEntry> entries, Sink sink) {
        Claim claim = nextClaim(claims, null);
        InventoryEntry entry = nextEntry(entries, null);
        while (claim != null || entry != null) {
            int order = order(claim, entry);
            if (claim != null && order < 0) {
                sink.claimOnly(claim);
                claim = nextClaim(claims, claim);
            } else if (entry != null && order > 0) {
                sink.fileOnly(entry);
                entry = nextEntry(entries, entry);
            } else if (claim != null && entry != null) {
                sink.both(claim, entry);
                claim = nextClaim(claims, claim);
                entry = nextEntry(entries, entry);
            }
        }
    }

    private static int order(@Nullable Claim claim, @Nullable InventoryEntry entry) {
        if (claim == null) {
            return 1;
        }
        return entry == null ? -1 : claim.key().compareTo(entry.key());
    }

    private static @Nullable Claim nextClaim(Iterator<Claim> claims, @Nullable Claim before) {
        if (!claims.hasNext()) {
            return null;
        }
        Claim next = claims.next();
        if (before != null) {
            requireAscending(before.key(), next.key());
        }
        return next;
    }

    private static @Nullable InventoryEntry nextEntry(
            Iterator<InventoryEntry> entries, @Nullable InventoryEntry before) {
        if (!entries.hasNext()) {
            return null;
        }
        InventoryEntry next = entries.next();
        if (before != null) {
            requireAscending(before.key(), next.key());
        }
        return next;
    }

    private static void requireAscending(CopyKey before, CopyKey next) {
        if (before.compareTo(next) >= 0) {
            throw new IllegalStateException("the keys are not ascending: " + next + " follows " + before);
        }
    }
}
