package io.rebalancer.cluster;

import java.time.Duration;
import java.util.UUID;
import org.apache.pekko.actor.typed.BackoffSupervisorStrategy;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.persistence.typed.PersistenceId;

/** Persistence ids of event-sourced entities, and the strategy that restarts them after a journal failure. */
public final class PersistentEntities {
    private static final Duration MIN_RESTART_BACKOFF = Duration.ofMillis(500);
    private static final Duration MAX_RESTART_BACKOFF = Duration.ofSeconds(20);
    private static final double JITTER = 0.2;

    private PersistentEntities() {}

    /** The persistence id of an evacuate job. */
    public static PersistenceId evacuateJob(UUID jobId) {
        return PersistenceId.of(Entities.EVACUATE_JOB.name(), jobId.toString());
    }

    /** The persistence id of a run of reconciliation. */
    public static PersistenceId reconciliationRun(UUID runId) {
        return PersistenceId.of(Entities.RECONCILIATION_RUN.name(), runId.toString());
    }

    /** Restarts an entity after a failed write, with a backoff of 500 ms to 20 s. */
    public static BackoffSupervisorStrategy restart() {
        return restart(MIN_RESTART_BACKOFF);
    }

    /** @param min delay before the first restart; the following ones grow to 20 s */
    public static BackoffSupervisorStrategy restart(Duration min) {
        return SupervisorStrategy.restartWithBackoff(min, MAX_RESTART_BACKOFF, JITTER);
    }
}
