package io.rebalancer.manager.plan;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.plan.DurationBand;
import io.rebalancer.core.plan.DurationBand.EarlierJob;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.JobLine;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Estimates durations from the last jobs that emptied their node. */
final class EarlierJobs {
    private static final int MAX_JOBS = 200;
    private static final long TIMEOUT_SECONDS = 10;

    private final JobHistory history;

    EarlierJobs(JobHistory history) {
        this.history = history;
    }

    /** How long it takes to move so many objects and bytes. Never fails: without rates, the band states why there are none. */
    CompletionStage<DurationBand> durationOf(long objects, long bytes) {
        return CompletableFuture.completedStage(null)
                .thenCompose(now -> history.jobs(Optional.empty(), MAX_JOBS))
                .toCompletableFuture()
                .copy()
                .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .thenApply(page -> DurationBand.of(objects, bytes, measured(page.items())))
                .exceptionally(failure -> DurationBand.unknown(
                        "unknown, because the history of jobs can't be read: " + why(Failures.rootCause(failure))));
    }

    private static String why(Throwable cause) {
        return cause instanceof TimeoutException ? "no reply within " + TIMEOUT_SECONDS + " s" : OneLine.of(cause);
    }

    private static List<EarlierJob> measured(List<JobLine> jobs) {
        return jobs.stream()
                .filter(job -> job.state().equals(JobPhase.DONE.name()))
                .flatMap(job -> job.endedAt().stream()
                        .map(ended -> new EarlierJob(
                                job.counts().settled().relocated(),
                                job.counts().settled().bytes(),
                                Duration.between(job.createdAt(), ended))))
                .toList();
    }
}
