package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.SettledCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The outcome of a committed assignment. The listener of a {@link MetadataCommitter} gets one for each assignment.
 *
 * @param tally records by outcome
 * @param failures records that still name the leaving node
 * @param unwanted objects whose new copy no record names
 */
public record CommitResult(UUID assignmentId, SettledCounts tally, List<UnmovedRecord> failures, List<UUID> unwanted) {

    public CommitResult {
        failures = List.copyOf(failures);
        unwanted = List.copyOf(unwanted);
    }

    static CommitResult none(UUID assignmentId) {
        return new CommitResult(assignmentId, SettledCounts.ZERO, List.of(), List.of());
    }

    CommitResult plus(CommitResult other) {
        List<UnmovedRecord> allFailures = new ArrayList<>(failures);
        allFailures.addAll(other.failures);
        List<UUID> allUnwanted = new ArrayList<>(unwanted);
        allUnwanted.addAll(other.unwanted);
        return new CommitResult(assignmentId, tally.plus(other.tally), allFailures, allUnwanted);
    }
}
