package io.rebalancer.agent.copy;

import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import kamon.trace.Span;

/** Adds an agent's spans to the traces of sampled assignments. Keeps state for sampled assignments only. */
public final class CopyTraces {
    private static final String AGENT = "agent";

    private final AssignmentTraces traces;
    private final String agent;
    private final Map<UUID, Instant> assignmentStarts = new ConcurrentHashMap<>();
    private final Map<CopyOrder, Span> copySpans = new ConcurrentHashMap<>();

    /** @param agent storage id of the agent that makes the copies */
    public CopyTraces(AssignmentTraces traces, StorageNodeId agent) {
        this.traces = traces;
        this.agent = agent.text();
    }

    void startAssignment(UUID assignmentId) {
        traces.of(assignmentId).ifPresent(trace -> assignmentStarts.put(assignmentId, Instant.now()));
    }

    void endAssignment(UUID assignmentId) {
        Instant start = assignmentStarts.remove(assignmentId);
        if (start != null) {
            traces.of(assignmentId)
                    .ifPresent(trace ->
                            trace.copies().tag(AGENT, agent).start(start).finish());
        }
    }

    void startCopy(CopyOrder order) {
        traces.of(order.assignmentId())
                .ifPresent(trace -> copySpans.put(
                        order,
                        trace.copy()
                                .tag(AGENT, agent)
                                .tag("object", order.key().objectId().toString())
                                .start()));
    }

    void markVerified(CopyOrder order) {
        Optional.ofNullable(copySpans.get(order)).ifPresent(span -> span.mark("verified"));
    }

    void cancelCopy(CopyOrder order) {
        Span span = copySpans.remove(order);
        if (span != null) {
            span.tag("reason", "cancelled").finish();
        }
    }

    void endCopy(CopyOutcome outcome) {
        Span span = copySpans.remove(outcome.order());
        if (span != null) {
            outcome.result()
                    .failure()
                    .ifPresent(reason -> span.tag("reason", StableWord.of(reason))
                            .fail(outcome.result().detail()));
            span.tag("bytes", outcome.result().bytes()).finish();
        }
    }
}
