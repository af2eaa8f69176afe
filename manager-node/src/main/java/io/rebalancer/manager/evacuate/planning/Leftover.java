package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What an assignment that has ended left on the leaving node. A commit swaps all records of an object that it can find, so
 * further records of an object may have left the node though the scanned one stayed, and the other way round.
 *
 * @param unmoved the records that are known to stay
 * @param untouched objects none of whose records was swapped
 * @param unsearched shards that may contain further records of the objects, because they did not answer
 */
public record Leftover(List<UnmovedRecord> unmoved, Set<UUID> untouched, Set<Integer> unsearched) {
    /** Everything was moved. */
    public static final Leftover NONE = new Leftover(List.of(), Set.of(), Set.of());

    public Leftover {
        unmoved = List.copyOf(unmoved);
        untouched = Set.copyOf(untouched);
        unsearched = Set.copyOf(unsearched);
    }

    /** Nothing was committed. */
    public static Leftover uncommitted(Assignment assignment, List<UnmovedRecord> unmoved) {
        return new Leftover(
                unmoved, assignment.tasks().stream().map(CopyTask::objectId).collect(Collectors.toSet()), Set.of());
    }

    /**
     * What a commit left.
     *
     * @param copyFailures records whose objects were not copied, and so not committed
     * @param unmoved these and the records whose swap failed
     */
    public static Leftover ofCommit(
            Assignment assignment,
            Collection<UnmovedRecord> copyFailures,
            List<UnmovedRecord> unmoved,
            Set<Integer> unsearched) {
        Set<RecordRef> uncopied = refs(copyFailures);
        Set<UUID> untouched = uncopied.isEmpty()
                ? Set.of()
                : assignment.tasks().stream()
                        .filter(task -> uncopied.contains(task.record()))
                        .map(CopyTask::objectId)
                        .collect(Collectors.toSet());
        return new Leftover(unmoved, untouched, unsearched);
    }

    /** Whether a further record of one of the objects may still be on the leaving node. */
    boolean mayInclude(MetadataRecord further) {
        return untouched.contains(further.objectId())
                || unsearched.contains(further.ref().shard())
                || unmoved.stream().anyMatch(each -> each.record().equals(further.ref()));
    }

    private static Set<RecordRef> refs(Collection<UnmovedRecord> records) {
        return records.stream().map(UnmovedRecord::record).collect(Collectors.toSet());
    }
}
