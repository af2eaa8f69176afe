package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.RecordRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The outcome of a committed assignment. The listener of a {@link MetadataCommitter} gets one for each assignment.
 *
 * @param tally records by outcome
 * @param failures records that still name the leaving node, and those of the agent's failures that need another reason
 * @param unwanted objects whose new copy no record names or can come to name; the copy may be removed
 * @param doubtful objects whose new copy must stay although no record is known to name it: a possible orphan
 * @param unsearched shards that may contain further records of the objects, because they did not answer
 */
public record CommitResult(
        UUID assignmentId,
        SettledCounts tally,
        List<UnmovedRecord> failures,
        List<UUID> unwanted,
        List<UUID> doubtful,
        Set<Integer> unsearched) {

    public CommitResult {
        failures = List.copyOf(failures);
        unwanted = List.copyOf(unwanted);
        doubtful = List.copyOf(doubtful);
        unsearched = Set.copyOf(unsearched);
    }

    /** The result with the failures of further records; a record that the commit itself left keeps its failure. */
    CommitResult withFailures(List<UnmovedRecord> more) {
        if (more.isEmpty()) {
            return this;
        }
        Set<RecordRef> known = failures.stream().map(UnmovedRecord::record).collect(Collectors.toSet());
        List<UnmovedRecord> all = new ArrayList<>(failures);
        more.stream().filter(each -> !known.contains(each.record())).forEach(all::add);
        return new CommitResult(assignmentId, tally, all, unwanted, doubtful, unsearched);
    }

    /** All of them together; the result of an assignment without objects is empty. */
    static CommitResult sum(UUID assignmentId, List<CommitResult> parts, Set<Integer> unsearched) {
        SettledCounts tally = SettledCounts.ZERO;
        List<UnmovedRecord> failures = new ArrayList<>();
        List<UUID> unwanted = new ArrayList<>();
        List<UUID> doubtful = new ArrayList<>();
        for (CommitResult each : parts) {
            tally = tally.plus(each.tally);
            failures.addAll(each.failures);
            unwanted.addAll(each.unwanted);
            doubtful.addAll(each.doubtful);
        }
        return new CommitResult(assignmentId, tally, failures, unwanted, doubtful, unsearched);
    }
}
