package io.rebalancer.core.evacuate;

import java.util.List;
import java.util.stream.Stream;

/**
 * The estimates of the end of a pass that are kept.
 *
 * @param kept those of the current pass, the first one first, or else of the last pass that had some
 */
public record EndEstimates(List<EndEstimate> kept) {
    public static final EndEstimates NONE = new EndEstimates(List.of());

    /** Estimates of a pass that are kept at most. */
    private static final int MAX_KEPT = 10;

    public EndEstimates {
        kept = List.copyOf(kept);
    }

    EndEstimates after(JobEvent event) {
        if (event instanceof JobEvent.EndEstimated e) {
            // The first estimate of a pass takes the place of those of an earlier pass.
            return new EndEstimates(
                    Stream.concat(kept.stream().filter(each -> each.endedAt().isEmpty()), Stream.of(e.estimate()))
                            .limit(MAX_KEPT)
                            .toList());
        }
        return event instanceof JobEvent.PassFinished e && e.at().isPresent()
                ? new EndEstimates(
                        kept.stream().map(each -> each.endingAt(e.at().get())).toList())
                : this;
    }
}
