package io.rebalancer.manager.certificate;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.evacuate.JobEvent.VerificationFinished;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * The evidence of a job's last verification, which only its event has. It is near the end of the job's events: what follows
 * are the end of the job and the acknowledgements of agents. So the events are read backwards, some hundreds at a time.
 */
final class StoredEvidence {
    static final int EVENTS_AT_A_TIME = 500;
    /** Evidence that is further away from the end is treated as missing. */
    static final int MAX_READS = 20;

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(15);

    private final ActorSystem<?> system;
    private final JournalReader journal;

    StoredEvidence(ActorSystem<?> system, JournalReader journal) {
        this.system = system;
        this.journal = journal;
    }

    /**
     * The last verification of an ended job.
     *
     * @param revision the number of the job's last event
     * @return empty if no such event is found, for example because it was deleted; fails if the journal does not answer
     */
    CompletionStage<Optional<VerificationFinished>> find(UUID jobId, long revision) {
        return find(PersistentEntities.evacuateJob(jobId).id(), revision, MAX_READS);
    }

    private CompletionStage<Optional<VerificationFinished>> find(String persistenceId, long to, int reads) {
        if (to < 1 || reads == 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        long from = Math.max(1, to - EVENTS_AT_A_TIME + 1);
        return journal.read(persistenceId, from, to)
                .completionTimeout(READ_TIMEOUT)
                .runWith(Sink.seq(), system)
                .thenCompose(events -> {
                    Optional<VerificationFinished> found = last(events);
                    // Earlier events are deleted if the first one is missing. The next read includes an event that is
                    // known to be stored, because a read of deleted events would not end.
                    boolean ended =
                            from == 1 || events.isEmpty() || events.get(0).sequenceNr() > from;
                    return found.isPresent() || ended
                            ? CompletableFuture.completedFuture(found)
                            : find(persistenceId, from, reads - 1);
                });
    }

    private static Optional<VerificationFinished> last(List<EventEnvelope> events) {
        return events.stream()
                .map(EventEnvelope::event)
                .filter(VerificationFinished.class::isInstance)
                .map(VerificationFinished.class::cast)
                .reduce((earlier, later) -> later);
    }
}
