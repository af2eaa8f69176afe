package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobTransition;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.evacuate.ScanProgress;
import io.rebalancer.core.evacuate.UnmovedCounts;
import io.rebalancer.core.evacuate.Verification;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.text.StableWord;
import io.rebalancer.http.server.ReasonCounts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job as the v1 API shows it, as one flat JSON object.
 *
 * @param revision number of events stored so far
 * @param verification the last verification, and in {@code progress} the one that runs now; absent before the first
 * @param waiting what the job waits for now; in the event stream, what it waited for when the manager last asked it, and
 *     absent if the job has ended or has not replied
 * @param tuning absent unless an operator changed a setting of the running job
 * @param reason why the job fails or failed, or what keeps the storage node from being empty; absent otherwise
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record JobView(
        UUID id,
        long revision,
        @JsonUnwrapped Life life,
        @JsonUnwrapped Order order,
        @JsonUnwrapped CountsView counts,
        @JsonUnwrapped Breakdown breakdown,
        @JsonUnwrapped Ledger ledger,
        @JsonUnwrapped Scan scan,
        Optional<VerificationView> verification,
        Optional<TuningView> tuning,
        Optional<String> reason,
        Optional<List<WaitView>> waiting) {

    /**
     * Where the job is in its life.
     *
     * @param actions what an operator may do with the job now: {@code pause}, {@code resume}, {@code cancel}, {@code retry}
     */
    record Life(String state, List<String> actions) {
        static Life of(JobPhase phase) {
            return new Life(phase.name(), JobTransition.actions(phase));
        }
    }

    /**
     * The order that created the job.
     *
     * @param maxObjects the maximum number of records that the job takes up, or 0 for all
     * @param retryOf the exceptions that the job looks at; absent if it looks at all records
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Order(String leavingNode, String datacenter, long maxObjects, Optional<RetryOf> retryOf) {
        static Order of(JobOutline job) {
            return new Order(
                    job.leaving()
                            .map(CopyLocation::storageNode)
                            .map(Object::toString)
                            .orElse(""),
                    job.leaving().map(CopyLocation::datacenter).orElse(""),
                    job.order().map(EvacuateOrder::maxRecords).orElse(0L),
                    job.order().flatMap(EvacuateOrder::selection).map(RetryOf::of));
        }
    }

    /** Exceptions of an ended job, by the words of their reasons. */
    record RetryOf(UUID job, List<String> reasons) {
        static RetryOf of(RetrySelection selection) {
            return new RetryOf(
                    selection.jobId(),
                    selection.reasons().stream().map(StableWord::of).toList());
        }
    }

    /**
     * What agents hold, or may hold, for the job.
     *
     * @param assignmentsInFlight number of assignments that have not ended
     * @param releasesPending assignments that have ended, and whose agent has not acknowledged that
     * @param orphanedCopies copies that stay on storage nodes though no record is known to name them
     */
    record Ledger(int assignmentsInFlight, int releasesPending, long orphanedCopies) {}

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

    /**
     * The last verification, and the one that runs now.
     *
     * @param found null before the first verification has finished
     * @param progress how far the verification has come; absent if none runs now, and in the event stream
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record VerificationView(@JsonUnwrapped @Nullable Found found, Optional<VerificationProgress> progress) {
        static Optional<VerificationView> of(Optional<Verification> found, Optional<VerificationProgress> progress) {
            return found.isEmpty() && progress.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new VerificationView(found.map(Found::of).orElse(null), progress));
        }
    }

    /**
     * What a verification found, which read every metadata shard from the start.
     *
     * @param complete whether no shard got a row after its last read
     * @param rowsNaming records that still name the storage node
     * @param unreadable rows that mention the storage node but can't be read
     * @param excluded rows of the storage node that the settings exclude
     * @param uploads multipart uploads that will write to the storage node
     */
    record Found(
            Instant at,
            int shards,
            boolean complete,
            long rowsRead,
            long rowsNaming,
            long unreadable,
            long excluded,
            long uploads) {
        static Found of(Verification found) {
            VerifiedRows rows = found.rows();
            return new Found(
                    found.at(),
                    found.shards(),
                    found.complete(),
                    rows.read(),
                    rows.naming(),
                    rows.unreadable(),
                    rows.excluded(),
                    rows.uploads());
        }
    }

    /**
     * Something that the job waits for now.
     *
     * @param until when the wait ends at the latest; absent if it has no end
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record WaitView(String cause, Instant since, Optional<Instant> until, String detail) {
        static WaitView of(JobWait wait) {
            return new WaitView(StableWord.of(wait.cause()), wait.since(), wait.until(), wait.detail());
        }
    }

    static JobView of(JobService.View view) {
        return of(view.id(), view.revision(), view.state(), Optional.of(view.waiting()), view.verifying());
    }

    static JobView of(UUID id, JobUpdate update) {
        return of(id, update.revision(), update.state(), update.waiting(), Optional.empty());
    }

    private static JobView of(
            UUID id,
            long revision,
            JobOutline job,
            Optional<List<JobWait>> waiting,
            Optional<VerificationProgress> verifying) {
        return new JobView(
                id,
                revision,
                Life.of(job.phase()),
                Order.of(job),
                CountsView.of(job.counts()),
                Breakdown.of(job.unmoved()),
                new Ledger(
                        job.assignments().size(),
                        job.releasesPending(),
                        job.outcomes().orphans()),
                Scan.of(job.pass(), job.scan()),
                VerificationView.of(job.verification(), verifying),
                TuningView.of(job.settings()),
                Optional.of(job.reason()).filter(reason -> !reason.isEmpty()),
                waiting.map(waits -> waits.stream().map(WaitView::of).toList()));
    }
}
