package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;

/**
 * What the last verification of a job found. The evidence of each shard is in its event.
 *
 * @param at when it ended
 * @param shards the number of shards that were read, all from the start
 * @param complete whether no shard got a row after its last read; users of a busy shard insert rows all the time, but none
 *     that names a storage node out of service
 * @param rows the rows of all shards together
 */
public record Verification(Instant at, int shards, boolean complete, VerifiedRows rows) {

    static Verification of(List<ShardEvidence> evidence, Instant at) {
        return new Verification(
                at,
                evidence.size(),
                evidence.stream().allMatch(ShardEvidence::complete),
                evidence.stream().map(ShardEvidence::rows).reduce(VerifiedRows.NONE, VerifiedRows::plus));
    }

    /** Whether another pass has something to do before the storage node can be empty. */
    @JsonIgnore
    public boolean needsAnotherPass() {
        return rows.naming() > 0;
    }
}
