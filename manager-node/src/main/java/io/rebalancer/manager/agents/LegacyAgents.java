package io.rebalancer.manager.agents;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Posts assignments to agents with the legacy HTTP API, and polls them until they are complete (manta.md 5.7, 5.8). A
 * lost reply to a POST is harmless: the repeated POST is answered 409, which means that the agent has the assignment.
 * All state is in memory; after a restart the job delivers its assignments again.
 */
final class LegacyAgents extends AbstractBehavior<LegacyAgents.Command> {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;
    private static final int NOT_FOUND = 404;
    private static final int MAX_UNREADABLE_ANSWERS = 5;

    sealed interface Command {}

    record Assign(Assignment assignment, ActorRef<JobMessage> job) implements Command {}

    record Release(StorageNodeId node, UUID assignmentId, ActorRef<JobMessage> job) implements Command {}

    record Forget(UUID assignmentId) implements Command {}

    private enum Poll implements Command {
        INSTANCE
    }

    private record PostAnswered(UUID id, int status) implements Command {}

    private record PollAnswered(UUID id, int status, String body) implements Command {}

    private record CallFailed(UUID id, Throwable cause) implements Command {}

    private record DeleteAnswered(UUID id, ActorRef<JobMessage> job) implements Command {}

    private final LegacyAgentCalls calls;
    private final Map<UUID, Delivery> deliveries = new HashMap<>();

    /** An assignment between its first POST and its end. */
    private static final class Delivery {
        private final Assignment assignment;
        private ActorRef<JobMessage> job;
        private boolean accepted;
        private boolean callRunning;
        private int unreadableAnswers;
        private Optional<List<UnmovedRecord>> report = Optional.empty();

        Delivery(Assignment assignment, ActorRef<JobMessage> job) {
            this.assignment = assignment;
            this.job = job;
        }

        StorageNodeId node() {
            return assignment.destination().storageNode();
        }
    }

    static Behavior<Command> create(LegacyAgentCalls calls) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new LegacyAgents(context, timers, calls)));
    }

    private LegacyAgents(ActorContext<Command> context, TimerScheduler<Command> timers, LegacyAgentCalls calls) {
        super(context);
        this.calls = calls;
        timers.startTimerWithFixedDelay(Poll.INSTANCE, POLL_INTERVAL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Assign.class, this::onAssign)
                .onMessage(PostAnswered.class, this::onPostAnswered)
                .onMessage(Poll.class, poll -> onPoll())
                .onMessage(PollAnswered.class, this::onPollAnswered)
                .onMessage(CallFailed.class, this::onCallFailed)
                .onMessage(Release.class, this::onRelease)
                .onMessage(DeleteAnswered.class, this::onDeleteAnswered)
                .onMessage(Forget.class, this::onForget)
                .build();
    }

    private Behavior<Command> onAssign(Assign assign) {
        UUID id = assign.assignment().id();
        Delivery delivery = deliveries.computeIfAbsent(id, key -> new Delivery(assign.assignment(), assign.job()));
        delivery.job = assign.job();
        if (delivery.report.isPresent()) {
            sendReport(delivery);
        } else if (!delivery.accepted && !delivery.callRunning) {
            delivery.callRunning = true;
            call(id, calls.post(delivery.assignment), answer -> new PostAnswered(id, answer.status()));
        }
        return this;
    }

    private void call(
            UUID id,
            CompletionStage<LegacyAgentCalls.Answer> answer,
            Function<LegacyAgentCalls.Answer, Command> onAnswer) {
        getContext()
                .pipeToSelf(
                        answer,
                        (value, failure) -> failure == null ? onAnswer.apply(value) : new CallFailed(id, failure));
    }

    private Behavior<Command> onPostAnswered(PostAnswered answered) {
        Delivery delivery = deliveries.get(answered.id());
        if (delivery == null) {
            return this;
        }
        delivery.callRunning = false;
        if (answered.status() / 100 == 2 || answered.status() == CONFLICT) {
            delivery.accepted = true;
            delivery.job.tell(new JobMessage.AssignmentAccepted(answered.id(), 0));
        } else {
            deliveries.remove(answered.id());
            Reason reason = answered.status() == UNAVAILABLE ? Reason.AGENT_BUSY : Reason.ASSIGNMENT_REJECTED;
            refuse(delivery, reason, "answered the assignment with status " + answered.status());
        }
        return this;
    }

    private static void refuse(Delivery delivery, Reason reason, String cause) {
        delivery.job.tell(new JobMessage.AssignmentRefused(
                delivery.assignment.id(), reason, "agent of " + delivery.node() + " " + cause));
    }

    private Behavior<Command> onPoll() {
        deliveries.forEach((id, delivery) -> {
            if (delivery.accepted && !delivery.callRunning && delivery.report.isEmpty()) {
                delivery.callRunning = true;
                call(
                        id,
                        calls.find(delivery.node(), id),
                        answer -> new PollAnswered(id, answer.status(), answer.body()));
            }
        });
        return this;
    }

    private Behavior<Command> onPollAnswered(PollAnswered answered) {
        Delivery delivery = deliveries.get(answered.id());
        if (delivery == null) {
            return this;
        }
        delivery.callRunning = false;
        if (answered.status() == NOT_FOUND) {
            // The agent has lost the assignment; the job's next reminder delivers it again.
            deliveries.remove(answered.id());
            return this;
        }
        try {
            delivery.report = LegacyWire.failures(delivery.assignment, answered.body());
            delivery.unreadableAnswers = 0;
            if (delivery.report.isPresent()) {
                sendReport(delivery);
            }
        } catch (IllegalArgumentException e) {
            delivery.unreadableAnswers++;
            if (delivery.unreadableAnswers >= MAX_UNREADABLE_ANSWERS) {
                deliveries.remove(answered.id());
                refuse(
                        delivery,
                        Reason.ASSIGNMENT_REJECTED,
                        "returns no readable status of the assignment: " + e.getMessage());
            }
        }
        return this;
    }

    private static void sendReport(Delivery delivery) {
        delivery.job.tell(new JobMessage.CopiesReported(
                delivery.assignment.id(), delivery.node(), delivery.report.orElse(List.of())));
    }

    /** The next poll repeats a GET, and the job's next reminder repeats a POST. */
    private Behavior<Command> onCallFailed(CallFailed failed) {
        Delivery delivery = deliveries.get(failed.id());
        if (delivery != null) {
            delivery.callRunning = false;
            getContext()
                    .getLog()
                    .info(
                            "assignment={} agent={} unreachable, retrying: {}",
                            failed.id(),
                            delivery.node(),
                            failed.cause().toString());
        }
        return this;
    }

    private Behavior<Command> onRelease(Release release) {
        UUID id = release.assignmentId();
        deliveries.remove(id);
        call(id, calls.delete(release.node(), id), answer -> new DeleteAnswered(id, release.job()));
        return this;
    }

    /** Any answer will do: an agent that does not support DELETE keeps its record of the assignment. */
    private Behavior<Command> onDeleteAnswered(DeleteAnswered answered) {
        answered.job().tell(new JobMessage.ReleaseAcknowledged(answered.id()));
        return this;
    }

    private Behavior<Command> onForget(Forget forget) {
        deliveries.remove(forget.assignmentId());
        return this;
    }
}
