package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.CopyLocation;
import java.util.List;
import java.util.Map;

/**
 * Where planning of a pass starts.
 *
 * @param token the incarnation of the job that plans
 * @param leaving the storage node that is emptied
 * @param marks low-water mark by shard; a shard without a mark is scanned from its start
 * @param inFlight assignments of an earlier incarnation; their objects are not planned again, and the pass does not end
 *     before they have
 * @param budget the number of records that the pass may still take on
 */
public record PassInput(
        FencingToken token,
        CopyLocation leaving,
        Map<Integer, ScanPosition> marks,
        List<Assignment> inFlight,
        long budget) {
    /** A budget that never runs out. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public PassInput {
        marks = Map.copyOf(marks);
        inFlight = List.copyOf(inFlight);
    }

    /** A whole pass from the start of every shard. */
    public static PassInput fromStart(FencingToken token, CopyLocation leaving, long budget) {
        return new PassInput(token, leaving, Map.of(), List.of(), budget);
    }
}
