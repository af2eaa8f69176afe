package io.rebalancer.core.plan;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.util.List;

/**
 * Records that could not be moved, for the same reason.
 *
 * @param records how many
 * @param examples the first of them, at most {@link #MAX_EXAMPLES}
 */
public record UnmovableRecords(Reason reason, long records, List<UnmovedRecord> examples) {
    public static final int MAX_EXAMPLES = 5;

    public UnmovableRecords {
        examples = List.copyOf(examples);
    }
}
