package io.rebalancer.agent.copy;

import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import kamon.trace.Span;

/** An agent's part in the traces of assignments. Keeps what is open of those that are traced, and nothing of others. */
public final class CopyTraces {
    private static final String AGENT = "agent";

    private final AssignmentTraces chosen;
    private final String agent;
    private final Map<UUID, Instant> assignments = new ConcurrentHashMap<>();
    private final Map<CopyOrder, Span> copies = new ConcurrentHashMap<>();

    /** @param agent whose copies these are */
    public CopyTraces(AssignmentTraces chosen, StorageNodeId agent) {
        this.chosen = chosen;
        this.agent = agent.text();
    }

    void began(UUID assignmentId) {
        chosen.of(assignmentId).ifPresent(trace -> assignments.put(assignmentId, Instant.now()));
    }

    void ended(UUID assignmentId) {
        Instant since = assignments.remove(assignmentId);
        if (since != null) {
            chosen.of(assignmentId)
                    .ifPresent(trace ->
                            trace.copies().tag(AGENT, agent).start(since).finish());
        }
    }

    void started(CopyOrder order) {
        chosen.of(order.assignmentId())
                .ifPresent(trace -> copies.put(
                        order,
                        trace.copy()
                                .tag(AGENT, agent)
                                .tag("object", order.key().objectId().toString())
                                .start()));
    }

    void verified(CopyOrder order) {
        Optional.ofNullable(copies.get(order)).ifPresent(span -> span.mark("verified"));
    }

    void finished(CopyDone done) {
        Span span = copies.remove(done.order());
        if (span != null) {
            done.result()
                    .failure()
                    .ifPresent(reason -> span.tag("reason", CopyMetrics.word(reason))
                            .fail(done.result().detail()));
            span.tag("bytes", done.result().bytes()).finish();
        }
    }
}
