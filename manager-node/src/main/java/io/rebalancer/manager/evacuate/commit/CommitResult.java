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
 * @param unwanted objects whose new copy no record names or can come to name; the copy may be removed
 * @param doubtful objects whose new copy must stay although no record is known to name it: a possible orphan
 */
public record CommitResult(
        UUID assignmentId,
        SettledCounts tally,
        List<UnmovedRecord> failures,
        List<UUID> unwanted,
        List<UUID> doubtful) {

    public CommitResult {
        failures = List.copyOf(failures);
        unwanted = List.copyOf(unwanted);
        doubtful = List.copyOf(doubtful);
    }

    static CommitResult none(UUID assignmentId) {
        return new CommitResult(assignmentId, SettledCounts.ZERO, List.of(), List.of(), List.of());
    }

    CommitResult plus(CommitResult other) {
        return new CommitResult(
                assignmentId,
                tally.plus(other.tally),
                joined(failures, other.failures),
                joined(unwanted, other.unwanted),
                joined(doubtful, other.doubtful));
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }
}
