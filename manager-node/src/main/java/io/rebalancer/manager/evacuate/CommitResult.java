package io.rebalancer.manager.evacuate;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.SettledCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What became of the metadata of some copied objects.
 *
 * @param tally records by outcome
 * @param failures records that still name the leaving node
 * @param unwanted objects whose new copy no record points to
 */
record CommitResult(UUID assignmentId, SettledCounts tally, List<UnmovedRecord> failures, List<UUID> unwanted) {

    CommitResult {
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
