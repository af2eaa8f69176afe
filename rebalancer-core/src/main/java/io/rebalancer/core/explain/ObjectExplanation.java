package io.rebalancer.core.explain;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Why an object is where it is.
 *
 * @param jobId the job that was asked
 * @param subject the object id or the key that was asked for
 * @param records one for each metadata record of the object; more than one if it has snaplinks. Empty if no record is found
 * @param deleted attempts of the job to move records of this key that do not exist any more, by shard
 * @param unknownShards metadata shards that gave no answer in time, with the cause; records on them are not in the answer
 * @param next what happens next if there is no record; otherwise each record states it
 * @param unblock what to do if there is no record
 */
public record ObjectExplanation(
        UUID jobId,
        String subject,
        List<RecordExplanation> records,
        Map<Integer, AttemptHistory> deleted,
        Map<Integer, String> unknownShards,
        String next,
        String unblock) {

    public ObjectExplanation {
        records = List.copyOf(records);
        deleted = Map.copyOf(deleted);
        unknownShards = Map.copyOf(unknownShards);
    }

    /** The explanation of an object with records. */
    public static ObjectExplanation found(
            UUID jobId, String subject, List<RecordExplanation> records, Map<Integer, String> unknownShards) {
        return new ObjectExplanation(jobId, subject, records, Map.of(), unknownShards, "", "");
    }

    /** The explanation if no shard that answered has a record. */
    public static ObjectExplanation missing(
            UUID jobId, String subject, Map<Integer, AttemptHistory> deleted, Map<Integer, String> unknownShards) {
        boolean known = unknownShards.isEmpty();
        return new ObjectExplanation(
                jobId,
                subject,
                List.of(),
                deleted,
                unknownShards,
                known
                        ? "Nothing: no metadata record names this object, so no job has to move it."
                                + (deleted.isEmpty() ? "" : " The job met a record of this key that was deleted since.")
                        : "Not known: some metadata shards gave no answer, and the record may be on one of them.",
                known
                        ? "Check the spelling. A key begins with the UUID of its account, not with the login:"
                                + " /UUID/stor/NAME."
                        : "Repeat the question when the shards answer.");
    }
}
