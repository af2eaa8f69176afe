package io.rebalancer.core.evacuate;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How far the current pass has scanned each metadata shard.
 *
 * @param marks low-water mark by shard number; a shard without one is at {@link ScanPosition#START}
 */
public record ScanProgress(Map<Integer, ScanPosition> marks) {
    public static final ScanProgress START = new ScanProgress(Map.of());

    public ScanProgress {
        marks = Map.copyOf(marks);
    }

    /** Records before the marks that the operator excluded; they are in no other count. */
    public long excluded() {
        return marks.values().stream().mapToLong(ScanPosition::excluded).sum();
    }

    /** Records before the marks that the current pass could not move. */
    UnmovedCounts unmoved() {
        return marks.values().stream().map(ScanPosition::unmoved).reduce(UnmovedCounts.ZERO, UnmovedCounts::plus);
    }

    /** The marks among {@code reported} that are beyond the stored ones: a mark never goes back. */
    Map<Integer, ScanPosition> newMarks(Map<Integer, ScanPosition> reported) {
        return reported.entrySet().stream()
                .filter(mark -> mark.getValue().isBeyond(marks.getOrDefault(mark.getKey(), ScanPosition.START)))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** The same marks without what may be long. No scan can resume from them. */
    ScanProgress brief() {
        return new ScanProgress(marks.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, mark -> mark.getValue().brief())));
    }

    ScanProgress after(JobEvent event) {
        if (event instanceof JobEvent.PassStarted) {
            return START;
        }
        if (event instanceof JobEvent.AssignmentPlanned e) {
            return advancedTo(e.marks());
        }
        if (event instanceof JobEvent.RecordsExcepted e) {
            return advancedTo(e.marks());
        }
        if (event instanceof JobEvent.ScanAdvanced e) {
            return advancedTo(e.marks());
        }
        return this;
    }

    private ScanProgress advancedTo(Map<Integer, ScanPosition> newer) {
        if (newer.isEmpty()) {
            return this;
        }
        Map<Integer, ScanPosition> all = new HashMap<>(marks);
        all.putAll(newer);
        return new ScanProgress(all);
    }
}
