package io.rebalancer.core.evacuate;

import io.rebalancer.core.object.RecordRef;
import java.time.Instant;
import java.util.List;

/**
 * What a verification read in one metadata shard, and what it found of one storage node.
 *
 * <p>The evidence covers every row that was committed before {@code finishedAt} with an id up to {@code after}. It does not
 * cover a row that a user overwrote after the verification had read it, because an update keeps the row's id.
 *
 * @param source where the rows came from, such as {@code moray}
 * @param before watermark before the first read
 * @param after the ids that are read: the watermark after the last read if {@code complete}, otherwise the last watermark
 *     up to which all rows are read
 * @param complete whether {@code after} was still the watermark after the last read; false if users inserted rows as fast
 *     as the verification read them, which is usual in a busy shard
 * @param sample addresses of some rows counted in {@link VerifiedRows#ofNode}, in the order of their row ids
 */
public record ShardEvidence(
        int shard,
        String source,
        RowWatermark before,
        RowWatermark after,
        boolean complete,
        VerifiedRows rows,
        List<RecordRef> sample,
        Instant startedAt,
        Instant finishedAt) {
    /** The maximum size of {@link #sample}. */
    public static final int MAX_SAMPLE = 20;

    public ShardEvidence {
        sample = List.copyOf(sample);
    }
}
