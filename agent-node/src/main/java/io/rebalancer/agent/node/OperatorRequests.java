package io.rebalancer.agent.node;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.AgentMessage.OperatorReply;
import io.rebalancer.cluster.message.AgentMessage.OperatorRequest;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.HeldAssignment;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.core.text.OneLine;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Answers operators that reach the agent through a manager. Every answer is bounded, because a message between members may
 * have 2 MiB. No method waits: an answer that takes time is sent when it is there.
 */
final class OperatorRequests {
    /** Their entries have about 400 bytes at most. */
    static final int MAX_SOURCES = 500;

    private final AgentControl control;

    OperatorRequests(AgentControl control) {
        this.control = control;
    }

    /** Answers a request that changes nothing of the assignments. */
    void answer(AgentState state, OperatorRequest request) {
        if (request instanceof AgentMessage.AskStatus) {
            reply(
                    request,
                    control.status()
                            .thenApply(status -> new AgentMessage.StatusReported(status.withAtMost(MAX_SOURCES))));
        } else if (request instanceof AgentMessage.ChangeLimits limits) {
            reply(request, control.change(limits.change()).thenApply(AgentMessage.LimitsChanged::new));
        } else if (request instanceof AgentMessage.SetGate gate) {
            reply(request, control.setGate(gate.gate()).thenApply(AgentMessage.GateSet::new));
        } else if (request instanceof AgentMessage.ListHeld list) {
            request.replyTo().tell(new AgentMessage.HeldListed(page(state, list)));
        } else {
            throw new AssertionError("a request without an answer: " + request.getClass());
        }
    }

    private static void reply(OperatorRequest request, CompletionStage<? extends OperatorReply> answer) {
        answer.<OperatorReply>thenApply(reply -> reply)
                .exceptionally(failure -> failed(Failures.rootCause(failure)))
                .thenAccept(reply -> request.replyTo().tell(reply));
    }

    private static OperatorReply failed(Throwable cause) {
        return cause instanceof AgentControl.LimitsRefused refused
                ? new AgentMessage.LimitsRefused(OneLine.of(refused))
                : new AgentMessage.RequestFailed(OneLine.of(cause));
    }

    private static HeldAssignments.HeldPage page(AgentState state, AgentMessage.ListHeld list) {
        int limit = Math.max(1, Math.min(list.limit(), HeldAssignments.MAX_PAGE));
        List<HeldAssignment> following = state.held().values().stream()
                .filter(held -> list.after()
                        .map(after -> held.assignment().id().compareTo(after) > 0)
                        .orElse(true))
                .sorted(Comparator.comparing(held -> held.assignment().id()))
                .toList();
        return new HeldAssignments.HeldPage(
                following.stream().limit(limit).map(OperatorRequests::line).toList(), following.size() > limit);
    }

    private static HeldAssignments.Line line(HeldAssignment held) {
        return new HeldAssignments.Line(
                held.assignment().id(),
                held.jobId(),
                held.assignment().tasks().size(),
                held.results().size(),
                held.failures().size());
    }
}
