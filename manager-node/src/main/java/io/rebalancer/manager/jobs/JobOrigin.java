package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.FoldedJob;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What event streams read jobs from.
 *
 * @param storedState the state of a job in the tables; empty if there is none
 * @param current the answer of the job itself; empty if there is no such job
 */
record JobOrigin(
        JournalReader journal,
        Function<UUID, CompletionStage<Optional<FoldedJob>>> storedState,
        Function<UUID, CompletionStage<Optional<JobService.View>>> current) {
    private static final Logger LOGGER = LoggerFactory.getLogger(JobOrigin.class);

    /**
     * Where to start following a job.
     *
     * @param job the state that the events are applied to
     * @param newest the state at which subscribers without a revision begin; {@code job} may be older
     * @param waits what the job waits for; empty if it was not asked yet
     */
    record Start(FoldedJob job, JobUpdate newest, Optional<List<JobWait>> waits) {

        private static Start stored(FoldedJob job) {
            return new Start(job, update(job), Optional.empty());
        }

        private static Start unstored(JobService.View view) {
            return new Start(
                    FoldedJob.EMPTY, JobUpdate.current(view.revision(), view.state()), Optional.of(view.waiting()));
        }

        /** The state that the events are applied to. */
        JobUpdate first() {
            return update(job);
        }

        private static JobUpdate update(FoldedJob job) {
            return JobUpdate.current(job.revision(), job.state().outline());
        }
    }

    /**
     * Where to start following a job; empty if there is no such job. A stored state serves at once, while a busy job may
     * take seconds to answer. Without a stored state the job is asked, because it is new or there is none.
     */
    CompletionStage<Optional<Start>> start(UUID jobId) {
        return stored(jobId)
                .thenCompose(stored -> stored.isPresent()
                        ? CompletableFuture.completedFuture(stored.map(Start::stored))
                        : current.apply(jobId).thenApply(found -> found.map(Start::unstored)));
    }

    /** Where to start following a job that is registered, and may have no event yet. */
    CompletionStage<Start> startOfRegistered(UUID jobId) {
        return stored(jobId).thenApply(stored -> Start.stored(stored.orElse(FoldedJob.EMPTY)));
    }

    private CompletionStage<Optional<FoldedJob>> stored(UUID jobId) {
        return storedState.apply(jobId).exceptionally(failure -> {
            LOGGER.warn(
                    "job={} its stored state can't be read: {}; its events are read from the first",
                    jobId,
                    OneLine.of(Failures.rootCause(failure)));
            return Optional.empty();
        });
    }

    /** The updates of a job after a state, up to its end. */
    Source<JobUpdate, NotUsed> updates(UUID jobId, FoldedJob start) {
        return journal.follow(PersistentEntities.evacuateJob(jobId).id(), start.revision() + 1)
                .statefulMap(() -> start, JobOrigin::next, job -> Optional.empty())
                .takeWhile(update -> !update.state().phase().terminal(), true);
    }

    /** The job after its next event, and the update that shows it. */
    static Pair<FoldedJob, JobUpdate> next(FoldedJob before, EventEnvelope envelope) {
        FoldedJob job = before.after(envelope);
        JobState earlier = before.state();
        boolean changesState = earlier.phase() != job.state().phase()
                || earlier.passes().number() != job.state().passes().number();
        return Pair.create(
                job,
                JobUpdate.of(
                        job.revision(), job.state().outline(), ((JobEvent) envelope.event()).unmoved(), changesState));
    }
}
