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
 * Posts assignments to agents that speak the older HTTP API, and asks until they are complete (manta.md 5.7, 5.8). A lost
 * answer costs nothing: an id that is posted twice is answered 409, which means that the agent has it. What is noted
 * here is in memory; the job hands its assignments over again after a restart.
 */
final class LegacyAgents extends AbstractBehavior<LegacyAgents.Command> {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;
    private static final int NOT_FOUND = 404;
    private static final int MAX_UNREADABLE_ANSWERS = 5;

    sealed interface Command {}

    record Assign(Assignment assignment, ActorRef<JobMessage> job) implements Command {}

    record Release(StorageNodeId node, UUID assignmentId) implements Command {}

    private enum Poll implements Command {
        INSTANCE
    }

    private record Posted(UUID id, int status) implements Command {}

    private record Asked(UUID id, int status, String body) implements Command {}

    private record NotReached(UUID id, Throwable cause) implements Command {}

    private record Released(UUID id) implements Command {}

    private final LegacyAgentCalls calls;
    private final Map<UUID, Tracked> tracked = new HashMap<>();

    /** An assignment between its hand-over and its release. */
    private static final class Tracked {
        private final Assignment assignment;
        private ActorRef<JobMessage> job;
        private boolean accepted;
        private boolean asking;
        private int unreadable;
        private Optional<List<UnmovedRecord>> report = Optional.empty();

        Tracked(Assignment assignment, ActorRef<JobMessage> job) {
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
        timers.startTimerWithFixedDelay(Poll.INSTANCE, POLL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Assign.class, this::onAssign)
                .onMessage(Posted.class, this::onPosted)
                .onMessage(Poll.class, poll -> onPoll())
                .onMessage(Asked.class, this::onAsked)
                .onMessage(NotReached.class, this::onNotReached)
                .onMessage(Release.class, this::onRelease)
                .onMessage(Released.class, released -> this)
                .build();
    }

    private Behavior<Command> onAssign(Assign assign) {
        UUID id = assign.assignment().id();
        Tracked each = tracked.computeIfAbsent(id, key -> new Tracked(assign.assignment(), assign.job()));
        each.job = assign.job();
        if (each.report.isPresent()) {
            tellReport(each);
        } else if (!each.accepted && !each.asking) {
            each.asking = true;
            call(id, calls.post(each.assignment), answer -> new Posted(id, answer.status()));
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
                        (value, failure) -> failure == null ? onAnswer.apply(value) : new NotReached(id, failure));
    }

    private Behavior<Command> onPosted(Posted posted) {
        Tracked each = tracked.get(posted.id());
        if (each == null) {
            return this;
        }
        each.asking = false;
        if (posted.status() / 100 == 2 || posted.status() == CONFLICT) {
            each.accepted = true;
            each.job.tell(new JobMessage.AssignmentAccepted(posted.id()));
        } else {
            tracked.remove(posted.id());
            Reason reason = posted.status() == UNAVAILABLE ? Reason.AGENT_BUSY : Reason.ASSIGNMENT_REJECTED;
            refuse(each, reason, "answered " + posted.status() + " to the assignment");
        }
        return this;
    }

    private static void refuse(Tracked each, Reason reason, String what) {
        each.job.tell(
                new JobMessage.AssignmentRefused(each.assignment.id(), reason, "agent of " + each.node() + " " + what));
    }

    private Behavior<Command> onPoll() {
        tracked.forEach((id, each) -> {
            if (each.accepted && !each.asking && each.report.isEmpty()) {
                each.asking = true;
                call(id, calls.find(each.node(), id), answer -> new Asked(id, answer.status(), answer.body()));
            }
        });
        return this;
    }

    private Behavior<Command> onAsked(Asked asked) {
        Tracked each = tracked.get(asked.id());
        if (each == null) {
            return this;
        }
        each.asking = false;
        if (asked.status() == NOT_FOUND) {
            // The agent has lost it; the job's next reminder hands it over anew.
            tracked.remove(asked.id());
            return this;
        }
        try {
            each.report = LegacyWire.failures(each.assignment, asked.body());
            each.unreadable = 0;
            if (each.report.isPresent()) {
                tellReport(each);
            }
        } catch (IllegalArgumentException e) {
            each.unreadable++;
            if (each.unreadable >= MAX_UNREADABLE_ANSWERS) {
                tracked.remove(asked.id());
                refuse(each, Reason.ASSIGNMENT_REJECTED, "does not answer with a status: " + e.getMessage());
            }
        }
        return this;
    }

    private static void tellReport(Tracked each) {
        each.job.tell(new JobMessage.CopiesReported(each.assignment.id(), each.node(), each.report.orElse(List.of())));
    }

    /** Polled again; a post is repeated by the job's next reminder. */
    private Behavior<Command> onNotReached(NotReached failed) {
        Tracked each = tracked.get(failed.id());
        if (each != null) {
            each.asking = false;
            getContext()
                    .getLog()
                    .info(
                            "assignment={} agent={} not reached: {}",
                            failed.id(),
                            each.node(),
                            failed.cause().toString());
        }
        return this;
    }

    /** An agent that does not know DELETE keeps the record, as it always did. */
    private Behavior<Command> onRelease(Release release) {
        tracked.remove(release.assignmentId());
        getContext()
                .pipeToSelf(
                        calls.delete(release.node(), release.assignmentId()),
                        (answer, failure) -> new Released(release.assignmentId()));
        return this;
    }
}
