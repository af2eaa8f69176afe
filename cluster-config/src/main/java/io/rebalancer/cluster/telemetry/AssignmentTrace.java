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
 * The trace of one assignment, over the manager that plans it and the agent that makes its copies.
 *
 * <pre>
 * assignment      manager: from planned until settled or lost
 *  ├─ delivery    manager: until the agent has accepted
 *  ├─ copies      agent: from accepted until all have ended
 *  │   └─ copy    agent: one object, with a mark when its bytes are verified
 *  └─ metadata    manager: from copies reported until the records are switched
 * </pre>
 *
 * The ids of the trace and of the two spans that have others below them are made from the assignment's id. So orders need
 * not carry them, not even over the older HTTP API; what a restarted process adds fits to what there is; and the id in a
 * log line is the id to look up.
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

    /** The whole assignment. To be started by the one who ends it, at the time when it began. */
    public SpanBuilder assignment() {
        return itself(ASSIGNMENT, assignment);
    }

    /** All copies of the assignment, likewise. */
    public SpanBuilder copies() {
        return itself("copies", copies);
    }

    /** One copy of the assignment. */
    public SpanBuilder copy() {
        return below("copy", copies);
    }

    /** A part of the assignment that is no copy. */
    public SpanBuilder part(String name) {
        return below(name, assignment);
    }

    /** A server's span takes the id of its remote parent: {@code join-remote-parents-with-same-span-id} is on. */
    private static SpanBuilder itself(String name, Span.Remote id) {
        return Kamon.serverSpanBuilder(name, COMPONENT).asChildOf(id).doNotTrackMetrics();
    }

    private static SpanBuilder below(String name, Span parent) {
        return Kamon.internalSpanBuilder(name, COMPONENT).asChildOf(parent).doNotTrackMetrics();
    }
}
