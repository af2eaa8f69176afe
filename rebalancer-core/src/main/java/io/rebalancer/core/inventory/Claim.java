package io.rebalancer.core.inventory;

import java.util.Arrays;
import java.util.List;

/**
 * Metadata records claim that a storage node holds a copy. Several records may claim the same copy, in different shards too
 * (snaplinks); they are folded into one claim.
 *
 * @param sizeBytes content length according to the records
 * @param md5High first half of the content's digest, so that a claim has a fixed size
 * @param md5Low second half of the digest
 * @param copies number of storage nodes that the record names, the least of the records
 * @param traits what the records have in common, as bits: {@link #ONE_DATACENTER} and others
 * @param records number of records; 0 if an upload that is not complete reserved the copy: its file may exist or not
 * @param shards shards of the records, at most {@link #MAX_SHARDS}, ascending
 */
public record Claim(
        CopyKey key,
        long sizeBytes,
        long md5High,
        long md5Low,
        int copies,
        int traits,
        long records,
        List<Integer> shards) {

    /** The record names several storage nodes, all in the same datacenter. */
    public static final int ONE_DATACENTER = 1;

    /** The record names a storage node more than once. */
    public static final int NAMED_TWICE = 2;

    /** Records of the copy disagree on its size or digest, so no file can be right or wrong. */
    public static final int CONTRADICTORY = 4;

    /** This claim reports what is wrong with its record as a whole; the claims of the record's other copies do not. */
    public static final int REPORTS_RECORD = 8;

    /** Number of shards that are kept. Who needs all records of an object looks them up in all shards. */
    public static final int MAX_SHARDS = 4;

    /** Keeps a copy of the shards. */
    public Claim {
        shards = List.copyOf(shards);
    }

    /** Whether the claim has a trait, such as {@link #ONE_DATACENTER}. */
    public boolean has(int trait) {
        return (traits & trait) != 0;
    }

    /** Whether the file must exist. Empty objects have none, and that of an upload in progress may not exist yet. */
    public boolean expectsFile() {
        return records > 0 && sizeBytes > 0;
    }

    /** The claim of both; keys must be equal. */
    public Claim with(Claim other) {
        if (records == 0) {
            return other;
        }
        if (other.records == 0) {
            return this;
        }
        int contradictory =
                sizeBytes == other.sizeBytes && md5High == other.md5High && md5Low == other.md5Low ? 0 : CONTRADICTORY;
        return new Claim(
                key,
                sizeBytes,
                md5High,
                md5Low,
                Math.min(copies, other.copies),
                traits | other.traits | contradictory,
                records + other.records,
                merged(shards, other.shards));
    }

    private static List<Integer> merged(List<Integer> one, List<Integer> other) {
        int[] all = new int[one.size() + other.size()];
        int size = 0;
        for (int shard : one) {
            all[size++] = shard;
        }
        for (int shard : other) {
            all[size++] = shard;
        }
        return Arrays.stream(all).sorted().distinct().limit(MAX_SHARDS).boxed().toList();
    }
}
