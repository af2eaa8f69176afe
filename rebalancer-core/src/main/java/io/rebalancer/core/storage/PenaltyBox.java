package io.rebalancer.core.storage;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The penalties of destinations, one for each cause. A fault begins a penalty. Further faults during the penalty change
 * nothing but its detail, because they come from assignments that were in flight already. A fault after the penalty begins
 * the next one, which is twice as long, up to the longest time of its cause. A success after the penalty clears the node; so
 * does the longest time without a fault.
 *
 * <p>The size is bounded by the number of storage nodes. Not thread-safe.
 */
public final class PenaltyBox {
    private final Map<Key, Penalty> penalties = new HashMap<>();

    private record Key(StorageNodeId node, PenaltyCause cause) {}

    /** Records a fault, and returns the penalty if it begins now. */
    public Optional<Penalty> recordFault(StorageNodeId node, DestinationFault fault, Instant now) {
        Key key = new Key(node, fault.cause());
        Penalty last = penalties.get(key);
        if (last != null && now.isBefore(last.until())) {
            penalties.put(
                    key, new Penalty(node, last.cause(), last.strikes(), last.since(), last.until(), fault.detail()));
            return Optional.empty();
        }
        int strikes = last == null ? 1 : last.strikes() + 1;
        Instant until = now.plus(fault.cause().duration(strikes));
        Penalty begun = new Penalty(node, fault.cause(), strikes, now, until, fault.detail());
        penalties.put(key, begun);
        return Optional.of(begun);
    }

    /** Records an assignment that {@code node} carried out. */
    public void recordSuccess(StorageNodeId node, Instant now) {
        penalties.values().removeIf(each -> each.node().equals(node) && !now.isBefore(each.until()));
    }

    /** Drops the penalties that ended so long ago that they no longer count. */
    public void expire(Instant now) {
        penalties
                .values()
                .removeIf(each -> each.until().plus(each.cause().longest()).isBefore(now));
    }

    /** The penalties that have not ended, ordered by node and cause. */
    public List<Penalty> active(Instant now) {
        return penalties.values().stream()
                .filter(each -> now.isBefore(each.until()))
                .sorted(Comparator.comparing(Penalty::node).thenComparing(Penalty::cause))
                .toList();
    }
}
