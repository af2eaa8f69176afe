package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import java.util.Optional;

/**
 * What may be drift: the claims that were read first and the listing do not agree, or a record is suspicious in itself.
 * Metadata changes all the time, so it is a finding only if the records as they are now, and the storage node as it is now,
 * confirm it.
 *
 * @param aspect what is doubted
 * @param claim the claim; empty if no record claimed the copy, or if its content is doubted
 * @param entry the file; empty if the listing has none, or if the record is doubted
 */
public record Candidate(Aspect aspect, CopyKey key, Optional<Claim> claim, Optional<InventoryEntry> entry) {

    /** What a candidate doubts. */
    public enum Aspect {
        /** Whether the file is there, has its size, and is wanted. */
        FILE,
        /** Whether its content is right: runs have read a wrong one. */
        CONTENT,
        /** Whether the record names the right number of storage nodes, in the right datacenters. */
        RECORD
    }

    /** A claim without its file. */
    public static Candidate missing(Claim claim) {
        return new Candidate(Aspect.FILE, claim.key(), Optional.of(claim), Optional.empty());
    }

    /** A file without a claim. */
    public static Candidate orphan(InventoryEntry entry) {
        return new Candidate(Aspect.FILE, entry.key(), Optional.empty(), Optional.of(entry));
    }

    /** A claim and its file, which has another size. */
    public static Candidate wrongSize(Claim claim, InventoryEntry entry) {
        return new Candidate(Aspect.FILE, claim.key(), Optional.of(claim), Optional.of(entry));
    }

    /** A file whose content is wrong. */
    public static Candidate wrongContent(CopyKey key) {
        return new Candidate(Aspect.CONTENT, key, Optional.empty(), Optional.empty());
    }

    /** A claim whose record is suspicious. */
    public static Candidate ofRecord(Claim claim) {
        return new Candidate(Aspect.RECORD, claim.key(), Optional.of(claim), Optional.empty());
    }
}
