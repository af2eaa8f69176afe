package io.rebalancer.core.port;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.RecordRef;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The records that the passes of a job left on the leaving node, as the read side lists them. The stages of all methods
 * fail if the database fails.
 */
public interface UnmovedRecords {

    /** Whether the list includes the job's events up to number {@code revision}. Never blocks. */
    CompletionStage<Boolean> includes(UUID jobId, long revision);

    /**
     * A page of the records of one shard that passes before {@code pass} reported last. Records that a pass reports, and
     * records that it settles, leave the list while it is read; the order of the others stays.
     *
     * @param after the {@code end} of the previous page; {@code ""} for the first page
     * @param limit the maximum number of records, at least 1
     */
    CompletionStage<Page> page(UUID jobId, int shard, int pass, String after, int limit);

    /**
     * A page of the records of one shard that a job lists with one of these reasons, in whichever pass. Records that a pass
     * reports with another reason stay in the pages for that pass, because the pass may have to be resumed.
     *
     * @param reasons at least one
     * @param pass the pass that visits the records; {@link Integer#MAX_VALUE} for a job that has ended
     * @param after as in {@link #page}
     */
    CompletionStage<Page> withReasons(UUID jobId, int shard, Set<Reason> reasons, int pass, String after, int limit);

    /**
     * A part of the records of one shard.
     *
     * @param end where the next page begins
     * @param last whether no page follows
     */
    record Page(List<RecordRef> records, String end, boolean last) {
        public Page {
            records = List.copyOf(records);
        }
    }
}
