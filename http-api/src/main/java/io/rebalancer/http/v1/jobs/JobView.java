package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.ScanProgress;
import io.rebalancer.core.evacuate.UnmovedCounts;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.http.server.ReasonCounts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A job as the v1 API shows it, as one flat JSON object.
 *
 * @param revision number of events stored so far
 * @param assignmentsInFlight number of assignments that have not ended
 * @param tuning absent unless an operator changed a setting of the running job
 * @param reason why the job failed; absent otherwise
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record JobView(
        UUID id,
        long revision,
        String state,
        @JsonUnwrapped Order order,
        @JsonUnwrapped CountsView counts,
        @JsonUnwrapped Breakdown breakdown,
        int assignmentsInFlight,
        @JsonUnwrapped Scan scan,
        Optional<TuningView> tuning,
        Optional<String> reason) {

    /**
     * The order that created the job.
     *
     * @param maxObjects the maximum number of records that the job takes up, or 0 for all
     */
    record Order(String leavingNode, String datacenter, long maxObjects) {
        static Order of(JobOutline job) {
            return new Order(
                    job.leaving()
                            .map(CopyLocation::storageNode)
                            .map(Object::toString)
                            .orElse(""),
                    job.leaving().map(CopyLocation::datacenter).orElse(""),
                    job.order().map(EvacuateOrder::maxRecords).orElse(0L));
        }
    }

    /**
     * Records of the current or last pass that stay on the leaving node.
     *
     * @param skippedBy {@code skipped} by reason
     * @param failedBy {@code failed} by reason
     */
    record Breakdown(Map<String, Long> skippedBy, Map<String, Long> failedBy) {
        static Breakdown of(UnmovedCounts unmoved) {
            return new Breakdown(
                    ReasonCounts.byFrequency(unmoved.skippedBy()), ReasonCounts.byFrequency(unmoved.failedBy()));
        }
    }

    /**
     * The scan of the current or last pass.
     *
     * @param excluded records that the settings exclude; they are in no other count
     * @param shards how far each metadata shard is settled
     */
    record Scan(int pass, long excluded, List<Shard> shards) {
        static Scan of(int pass, ScanProgress scan) {
            return new Scan(
                    pass,
                    scan.excluded(),
                    scan.marks().entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .map(mark -> new Shard(
                                    mark.getKey(),
                                    mark.getValue().column().columnName(),
                                    mark.getValue().nextId()))
                            .toList());
        }
    }

    /** The low-water mark of one shard. */
    record Shard(int number, String column, long nextId) {}

    static JobView of(UUID id, long revision, JobOutline job) {
        return new JobView(
                id,
                revision,
                job.phase().name(),
                Order.of(job),
                CountsView.of(job.counts()),
                Breakdown.of(job.unmoved()),
                job.assignments().size(),
                Scan.of(job.pass(), job.scan()),
                TuningView.of(job.tuning()),
                Optional.of(job.reason()).filter(reason -> !reason.isEmpty()));
    }
}
