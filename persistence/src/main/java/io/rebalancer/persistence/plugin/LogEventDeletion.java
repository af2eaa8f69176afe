package io.rebalancer.persistence.plugin;

import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.persistence.log.EventLog;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** Deletes events from the log. The log deletes a segment when all its events are deleted. */
public final class LogEventDeletion {
    private final EventLog log;
    private final SnapshotFiles snapshots;
    private final BlockingExecutor blocking;

    /** For the log of {@code system}. */
    public LogEventDeletion(ActorSystem<?> system) {
        LogExtension extension = LogExtension.get(system.classicSystem());
        this.log = extension.log();
        this.snapshots = SnapshotFiles.of(extension, system.classicSystem());
        this.blocking = BlockingExecutor.on(system, Dispatchers.LOG);
    }

    /** The event behind which a recovery reads events, if the newest snapshot is damaged; 0 if there is only one. */
    public CompletionStage<Long> neededAfter(String persistenceId) {
        return blocking.run(() -> {
            List<Long> newestFirst = snapshots.sequenceNrs(persistenceId);
            return newestFirst.size() < 2 ? 0L : newestFirst.get(1);
        });
    }

    /** Deletes the events up to number {@code to}, and returns how many those are. */
    public CompletionStage<Long> deleteTo(String persistenceId, long to) {
        long before = log.deletedTo(persistenceId);
        return log.deleteTo(persistenceId, to).thenApply(offset -> Math.max(0, to - before));
    }
}
