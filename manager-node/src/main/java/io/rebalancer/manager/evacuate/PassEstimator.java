package io.rebalancer.manager.evacuate;

import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.estimate.EstimateRules;
import io.rebalancer.core.estimate.MeasuredPass;
import io.rebalancer.core.estimate.PassEstimate;
import io.rebalancer.core.estimate.PassMeasure;
import io.rebalancer.core.estimate.RowIds;
import io.rebalancer.core.estimate.ScannedShare;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Estimates when the pass of a job ends. Only the estimates that are kept are stored. For the job's own thread. */
final class PassEstimator {
    private final PassRate rate;
    private final RowTotals totals;
    private final JobLimits limits;
    private final Clock clock;
    private final Map<Integer, ScanPosition> positions = new HashMap<>();
    private long found;
    private long doneBefore;

    PassEstimator(RecordAudit audit, JobLimits limits, Clock clock) {
        this.rate = new PassRate(clock);
        this.totals = new RowTotals(audit);
        this.limits = limits;
        this.clock = clock;
    }

    /** The scan of a pass begins, or resumes after a restart. */
    void beginScan(JobState job) {
        positions.clear();
        positions.putAll(job.scan().marks());
        found = 0;
        doneBefore = done(job);
    }

    void follow(PlanningEvent.RowsRead read) {
        positions.put(read.shard(), read.next());
        found += read.records();
    }

    void follow(JobEvent event) {
        rate.follow(event);
        if (event instanceof JobEvent.PassStarted) {
            totals.forget();
        }
    }

    /** Time has passed; the order to keep an estimate, if one is due. */
    Optional<JobCommand> due(JobState job) {
        if (job.phase() != JobPhase.RUNNING || !readsAllRecords(job)) {
            return Optional.empty();
        }
        job.leaving().ifPresent(leaving -> totals.read(leaving.storageNode()));
        Instant now = clock.instant();
        return EstimateRules.due(estimate(job), job.passes().estimates().kept(), now)
                .map(JobCommand.KeepEstimate::new);
    }

    MeasuredPass measured(JobState job) {
        return new MeasuredPass(
                estimate(job), rate.now(), job.passes().estimates().kept());
    }

    private PassEstimate estimate(JobState job) {
        if (job.phase() != JobPhase.RUNNING) {
            return PassEstimate.unknown(whyNotIn(job.phase()));
        }
        if (!readsAllRecords(job)) {
            return PassEstimate.unknown("this pass only retries exceptions; see what they wait for");
        }
        Optional<Map<Integer, RowIds>> rows = totals.known();
        if (rows.isEmpty()) {
            return PassEstimate.unknown(totals.problem());
        }
        return ScannedShare.of(positions, rows.get())
                .map(share -> EstimateRules.of(measure(job, share), limits.windows(), clock.instant()))
                .orElseGet(() -> PassEstimate.unknown(
                        "a metadata shard is scanned by key, which does not show how many rows follow"));
    }

    private static boolean readsAllRecords(JobState job) {
        return job.selection().isEmpty() && job.passes().scope() == PassScope.ALL_RECORDS;
    }

    private PassMeasure measure(JobState job, ScannedShare share) {
        JobCounts counts = job.counts();
        long most = job.order()
                .filter(EvacuateOrder::isLimited)
                .map(order -> Math.max(0, order.maxRecords() - counts.discovered()) + counts.inFlight())
                .orElse(Long.MAX_VALUE);
        long done = done(job);
        return new PassMeasure(
                done,
                Math.max(counts.inFlight(), found - (done - doneBefore)),
                counts.inFlight(),
                job.inFlight().all().stream()
                        .flatMap(each -> each.assignment().tasks().stream())
                        .mapToLong(CopyTask::sizeBytes)
                        .sum(),
                most,
                share,
                rate.now(),
                job.passes().estimates().kept().stream()
                        .filter(each -> each.endedAt().isPresent())
                        .toList());
    }

    private static long done(JobState job) {
        JobCounts counts = job.counts();
        return job.settledInPass() + counts.skipped() + counts.failed();
    }

    private static String whyNotIn(JobPhase phase) {
        return switch (phase) {
            case NONE, SETUP -> "the job has read nothing yet";
            case RUNNING -> throw new IllegalArgumentException("a pass that runs has an estimate");
            case STALLED -> "nothing comes of the pass; see what the job waits for";
            case WAITING -> "the next pass has not begun, and it is not known what it will be able to move";
            case VERIFYING -> "the metadata is being read once more, and rows that are found begin another pass";
            case PAUSING, PAUSED -> "an operator has paused the job";
            case CLOSING_WINDOW, WAITING_WINDOW -> "the window is closed, and the rate is measured while it is open";
            case FAILING, CANCELLING -> "the job ends as soon as its assignments are released";
            case DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED, FAILED, CANCELLED -> "the job has ended";
        };
    }
}
