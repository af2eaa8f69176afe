package io.rebalancer.core.estimate;

import io.rebalancer.core.evacuate.EndEstimate;
import java.util.List;

/**
 * How fast the pass of a job is, and when it ends.
 *
 * @param rate of the last minutes
 * @param kept earlier estimates, with their errors if their pass has ended
 */
public record MeasuredPass(PassEstimate estimate, MeasuredRate rate, List<EndEstimate> kept) {
    public MeasuredPass {
        kept = List.copyOf(kept);
    }
}
