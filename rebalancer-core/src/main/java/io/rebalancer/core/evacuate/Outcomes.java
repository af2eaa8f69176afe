package io.rebalancer.core.evacuate;

import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.RecordRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What became of the records.
 *
 * @param settled records that ended well, over all passes
 * @param unmoved records of the current pass that did not
 * @param excepted the records counted in {@code unmoved}, because a resumed scan reports them again; empty between
 *     passes; the job fails when they are more than {@link JobRules#MAX_EXCEPTIONS}
 * @param orphans copies that stay on a storage node though no record is known to name them, over all passes
 */
public record Outcomes(SettledCounts settled, UnmovedCounts unmoved, Set<RecordRef> excepted, long orphans) {
    public static final Outcomes NONE = new Outcomes(SettledCounts.ZERO, UnmovedCounts.ZERO, Set.of(), 0);

    public Outcomes {
        excepted = Set.copyOf(excepted);
    }

    /** The records that are not counted as unmoved yet. */
    public List<UnmovedRecord> uncounted(List<UnmovedRecord> records) {
        return records.stream()
                .filter(each -> !excepted.contains(each.record()))
                .toList();
    }

    /** The same counts without the list of excepted records, which may be long. */
    Outcomes withoutRecords() {
        return new Outcomes(settled, unmoved, Set.of(), orphans);
    }

    Outcomes after(JobEvent event) {
        if (event instanceof JobEvent.PassStarted) {
            return new Outcomes(settled, UnmovedCounts.ZERO, Set.of(), orphans);
        }
        if (event instanceof JobEvent.PassFinished) {
            return withoutRecords();
        }
        if (event instanceof JobEvent.CopiesOrphaned e) {
            return new Outcomes(
                    settled, unmoved, excepted, orphans + e.objects().size());
        }
        SettledCounts added = event instanceof JobEvent.RelocationsCommitted e ? e.tally() : SettledCounts.ZERO;
        return added.equals(SettledCounts.ZERO) && event.unmoved().isEmpty()
                ? this
                : excepting(settled.plus(added), event.unmoved());
    }

    /** A record counts once in a pass, with the first reason. */
    private Outcomes excepting(SettledCounts nowSettled, List<UnmovedRecord> records) {
        if (records.isEmpty()) {
            return new Outcomes(nowSettled, unmoved, excepted, orphans);
        }
        Set<RecordRef> all = new HashSet<>(excepted);
        List<UnmovedRecord> counted = new ArrayList<>();
        for (UnmovedRecord each : records) {
            if (all.add(each.record())) {
                counted.add(each);
            }
        }
        return new Outcomes(nowSettled, unmoved.plus(counted), all, orphans);
    }
}
