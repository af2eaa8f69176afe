package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.query.StoredSnapshot;
import io.rebalancer.persistence.readside.FoldedJob;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what happened to a job before this manager began to follow it, for clients that come from another manager. The
 * events are folded from the newest snapshot that is old enough, or from the first event.
 */
final class JobPast {
    private static final Logger LOGGER = LoggerFactory.getLogger(JobPast.class);

    /** A client that needs more events gets the current state. */
    static final long MAX_EVENTS = 10_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final JournalReader journal;
    private final ActorSystem<?> system;

    JobPast(JournalReader journal, ActorSystem<?> system) {
        this.journal = journal;
        this.system = system;
    }

    /**
     * A part of the past.
     *
     * @param from the revision after which {@code notable} has all changes of state and all exceptions
     */
    record Part(long from, List<JobUpdate> notable) {}

    /**
     * The past after a revision that is at most {@code after}, up to {@code to}. Empty if the events are not stored any more,
     * if they are too many, or if they can't be read.
     */
    CompletionStage<Optional<Part>> read(UUID jobId, long after, long to) {
        String id = PersistentEntities.evacuateJob(jobId).id();
        return journal.snapshot(id, after)
                .exceptionally(failure -> {
                    LOGGER.warn("job={} a snapshot can't be read for event streams: {}", jobId, reason(failure));
                    return Optional.empty();
                })
                .thenCompose(snapshot -> read(id, start(snapshot), to))
                .exceptionally(failure -> {
                    LOGGER.warn(
                            "job={} its event streams begin with the current state, because earlier events can't be"
                                    + " read: {}",
                            jobId,
                            reason(failure));
                    return Optional.empty();
                });
    }

    private static FoldedJob start(Optional<StoredSnapshot> snapshot) {
        return snapshot.map(found -> new FoldedJob(found.sequenceNr(), (JobState) found.state()))
                .orElse(FoldedJob.EMPTY);
    }

    /**
     * The last event of a job is never deleted. So also a job whose events after {@code start} are deleted has an event that
     * shows it.
     */
    private CompletionStage<Optional<Part>> read(String id, FoldedJob start, long to) {
        if (to - start.revision() > MAX_EVENTS) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return journal.follow(id, start.revision() + 1)
                .takeWhile(event -> event.sequenceNr() < to, true)
                .completionTimeout(TIMEOUT)
                .statefulMap(() -> start, JobOrigin::next, job -> Optional.empty())
                .filter(JobUpdate::isNotable)
                .runWith(Sink.seq(), system)
                .thenApply(notable -> Optional.of(new Part(start.revision(), notable)));
    }

    private static String reason(Throwable failure) {
        return OneLine.of(Failures.rootCause(failure));
    }
}
