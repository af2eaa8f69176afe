package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.text.StableWord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A job as the v1 API shows it.
 *
 * @param maxObjects how many records the job may take up, or 0 for all
 * @param discovered always the sum of the outcomes and of {@code inFlight}
 * @param skippedBy {@code skipped} by cause
 * @param failedBy {@code failed} by cause
 * @param excluded records the operator wants left alone, which are in no other count
 * @param inFlight records whose copy or metadata is being worked on
 * @param bytes content bytes of the relocated objects
 * @param shards how far each metadata shard of this pass is done
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobView(
        UUID id,
        long revision,
        String state,
        String leavingNode,
        String datacenter,
        int pass,
        long maxObjects,
        long discovered,
        long relocated,
        long superseded,
        long gone,
        long duplicate,
        long skipped,
        long failed,
        Map<String, Long> skippedBy,
        Map<String, Long> failedBy,
        long excluded,
        long inFlight,
        int assignmentsInFlight,
        long bytes,
        Optional<String> reason,
        List<Shard> shards) {

    /** Low-water mark of one shard. */
    record Shard(int number, String column, long nextId) {}

    public static JobView of(UUID id, long revision, JobState job) {
        return new JobView(
                id,
                revision,
                job.phase().name(),
                job.leaving()
                        .map(CopyLocation::storageNode)
                        .map(Object::toString)
                        .orElse(""),
                job.leaving().map(CopyLocation::datacenter).orElse(""),
                job.passes().number(),
                job.order().map(EvacuateOrder::maxRecords).orElse(0L),
                job.counts().discovered(),
                job.outcomes().settled().relocated(),
                job.outcomes().settled().superseded(),
                job.outcomes().settled().gone(),
                job.outcomes().settled().duplicate(),
                job.counts().skipped(),
                job.counts().failed(),
                byCause(job.outcomes().unmoved().skippedBy()),
                byCause(job.outcomes().unmoved().failedBy()),
                job.scan().excluded(),
                job.counts().inFlight(),
                job.inFlight().count(),
                job.outcomes().settled().bytes(),
                Optional.of(job.reason()).filter(reason -> !reason.isEmpty()),
                job.scan().marks().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(mark -> new Shard(
                                mark.getKey(),
                                mark.getValue().column().columnName(),
                                mark.getValue().nextId()))
                        .toList());
    }

    /** Causes as stable words (manta.md 4.5, 4.6), the most frequent first. */
    public static Map<String, Long> byCause(Map<Reason, Long> counts) {
        Map<String, Long> named = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<Reason, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(each -> named.put(StableWord.of(each.getKey()), each.getValue()));
        return named;
    }

    /** Records of assignments whose copies are verified and whose metadata is not switched yet. */
    public static long copied(JobState job) {
        return job.inFlight().copiedRecords();
    }
}
