package io.rebalancer.agent.legacy;

import io.rebalancer.core.legacy.LegacyProgress;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.core.port.AssignmentService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** Serves the legacy HTTP API from the agent's {@link LegacyAssignments} actor. */
public final class ActorAssignmentService implements AssignmentService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(5);

    private final ActorSystem<?> system;
    private final int maxTasks;
    private final ActorRef<LegacyAssignments.Command> legacyAssignments;

    /** @param maxTasks most tasks of an assignment */
    public ActorAssignmentService(
            ActorSystem<?> system, int maxTasks, ActorRef<LegacyAssignments.Command> legacyAssignments) {
        this.system = system;
        this.maxTasks = maxTasks;
        this.legacyAssignments = legacyAssignments;
    }

    @Override
    public int maxTasks() {
        return maxTasks;
    }

    /** Completes when the actor has recovered and processes commands; fails if it does not reply within 5 s. */
    public CompletionStage<Done> ping() {
        return AskPattern.ask(legacyAssignments, LegacyAssignments.Ping::new, PING_TIMEOUT, system.scheduler());
    }

    @Override
    public CompletionStage<Acceptance> accept(UUID assignmentId, List<LegacyTask> tasks) {
        return AskPattern.ask(
                legacyAssignments,
                replyTo -> new LegacyAssignments.Accept(assignmentId, tasks, replyTo),
                ASK_TIMEOUT,
                system.scheduler());
    }

    @Override
    public CompletionStage<Optional<LegacyProgress>> find(UUID assignmentId) {
        return AskPattern.ask(
                legacyAssignments,
                replyTo -> new LegacyAssignments.Find(assignmentId, replyTo),
                ASK_TIMEOUT,
                system.scheduler());
    }

    @Override
    public CompletionStage<Deletion> delete(UUID assignmentId) {
        return AskPattern.ask(
                legacyAssignments,
                replyTo -> new LegacyAssignments.Delete(assignmentId, replyTo),
                ASK_TIMEOUT,
                system.scheduler());
    }
}
