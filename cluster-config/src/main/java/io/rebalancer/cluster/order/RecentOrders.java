package io.rebalancer.cluster.order;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

/** The orders that arrived last, so that none is obeyed twice. When there are too many, the oldest is forgotten. */
final class RecentOrders {
    private final int most;
    private final Set<UUID> seen = new LinkedHashSet<>();

    RecentOrders(int most) {
        this.most = most;
    }

    /** Remembers an order. Returns whether it was not remembered yet. */
    boolean add(UUID digest) {
        if (!seen.add(digest)) {
            return false;
        }
        if (seen.size() > most) {
            Iterator<UUID> oldest = seen.iterator();
            oldest.next();
            oldest.remove();
        }
        return true;
    }
}
