package io.rebalancer.cluster.telemetry;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import kamon.Kamon;
import kamon.trace.ConstantSampler;
import kamon.trace.Identifier;
import kamon.trace.Span;
import kamon.trace.SpanBuilder;
import kamon.trace.Trace;

/**
 * The trace of one assignment. Its spans come from the manager that plans the assignment and from the agent that makes
 * the copies.
 *
 * <pre>
 * assignment      manager: from planned until settled or lost
 *  ├─ delivery    manager: from planned until the agent has accepted
 *  ├─ copies      agent: from accepted until the last copy has ended
 *  │   └─ copy    agent: one object, with a mark when its bytes are verified
 *  └─ metadata    manager: from copies reported until the records are committed
 * </pre>
 *
 * The trace id and the ids of the two parent spans are derived from the assignment id. No message has to carry them,
 * not even over the legacy HTTP API. Spans that a process adds after a restart join the existing trace. The trace id of
 * an assignment in a log line is its id without hyphens.
 */
public final class AssignmentTrace {
    private static final String ASSIGNMENT = "assignment";
    private static final String COMPONENT = "rebalancer";

    private final Span.Remote assignment;
    private final Span.Remote copies;

    AssignmentTrace(UUID assignmentId) {
        long high = assignmentId.getMostSignificantBits();
        long low = assignmentId.getLeastSignificantBits();
        Trace trace = Trace.create(
                identifier(ByteBuffer.allocate(2 * Long.BYTES).putLong(high).putLong(low)),
                ConstantSampler.Always().decide(Kamon.spanBuilder(ASSIGNMENT)));
        Identifier root = identifier(ByteBuffer.allocate(Long.BYTES).putLong(low));
        this.assignment = new Span.Remote(root, Identifier.Empty(), trace);
        this.copies = new Span.Remote(identifier(ByteBuffer.allocate(Long.BYTES).putLong(high)), root, trace);
    }

    private static Identifier identifier(ByteBuffer bytes) {
        return new Identifier(HexFormat.of().formatHex(bytes.array()), bytes.array());
    }

    /**
     * The span of the whole assignment. The process that ends the assignment starts this span, with the time at which
     * the assignment was planned.
     */
    public SpanBuilder assignment() {
        return withId(ASSIGNMENT, assignment);
    }

    /** The span of all copies. It is started when the last copy ends, with the time of acceptance. */
    public SpanBuilder copies() {
        return withId("copies", copies);
    }

    /** The span of one copy. */
    public SpanBuilder copy() {
        return childOf("copy", copies);
    }

    /** A child of the assignment's span, other than the copies. */
    public SpanBuilder part(String name) {
        return childOf(name, assignment);
    }

    /**
     * A span with exactly the given id. Server spans adopt the id of their remote parent, because
     * {@code kamon.trace.join-remote-parents-with-same-span-id} is on.
     */
    private static SpanBuilder withId(String name, Span.Remote id) {
        return Kamon.serverSpanBuilder(name, COMPONENT).asChildOf(id).doNotTrackMetrics();
    }

    private static SpanBuilder childOf(String name, Span parent) {
        return Kamon.internalSpanBuilder(name, COMPONENT).asChildOf(parent).doNotTrackMetrics();
    }
}
