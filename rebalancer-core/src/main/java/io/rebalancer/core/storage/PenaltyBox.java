package io.rebalancer.core.storage;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The penalties of destinations, one for each cause. A fault begins a penalty. Further faults during the penalty change
 * nothing but its detail and its number of faults, because they come from assignments that were in flight already. A fault
 * after the penalty begins the next one, which is twice as long, up to the longest time of its cause. A success after the
 * penalty clears the node; so does the longest time without a fault.
 *
 * <p>The size is bounded by the number of storage nodes. Not thread-safe.
 */
public final class PenaltyBox {
    private final Map<Key, Entry> penalties = new HashMap<>();

    private record Key(StorageNodeId node, PenaltyCause cause) {}

    /** @param faults since the first of the penalties in a row */
    private record Entry(Penalty penalty, int faults) {
        boolean isActive(Instant now) {
            return now.isBefore(penalty.until());
        }
    }

    /** Records a fault, and returns the penalty if it begins now. */
    public Optional<Penalty> recordFault(StorageNodeId node, DestinationFault fault, Instant now) {
        Key key = new Key(node, fault.cause());
        Entry known = penalties.get(key);
        int faults = known == null ? 1 : known.faults() + 1;
        if (known != null && known.isActive(now)) {
            Penalty last = known.penalty();
            penalties.put(
                    key,
                    new Entry(
                            new Penalty(node, last.cause(), last.strikes(), last.since(), last.until(), fault.detail()),
                            faults));
            return Optional.empty();
        }
        int strikes = known == null ? 1 : known.penalty().strikes() + 1;
        Instant until = now.plus(fault.cause().duration(strikes));
        Penalty begun = new Penalty(node, fault.cause(), strikes, now, until, fault.detail());
        penalties.put(key, new Entry(begun, faults));
        return Optional.of(begun);
    }

    /** Records an assignment that {@code node} carried out. */
    public void recordSuccess(StorageNodeId node, Instant now) {
        penalties.values().removeIf(each -> each.penalty().node().equals(node) && !each.isActive(now));
    }

    /** Drops the penalties that ended so long ago that they no longer count. */
    public void expire(Instant now) {
        penalties
                .values()
                .removeIf(each -> each.penalty()
                        .until()
                        .plus(each.penalty().cause().longest())
                        .isBefore(now));
    }

    /** The penalties that have not ended, ordered by node and cause. */
    public List<Penalty> active(Instant now) {
        return activeEntries(now).map(Entry::penalty).toList();
    }

    /** The penalties that have not ended, with what led to them, ordered by node and cause. */
    public List<PenaltyReport> report(Instant now) {
        return activeEntries(now)
                .map(each -> new PenaltyReport(each.penalty(), Optional.of(each.faults())))
                .toList();
    }

    private Stream<Entry> activeEntries(Instant now) {
        return penalties.values().stream()
                .filter(each -> each.isActive(now))
                .sorted(Comparator.comparing((Entry each) -> each.penalty().node())
                        .thenComparing(each -> each.penalty().cause()));
    }
}
