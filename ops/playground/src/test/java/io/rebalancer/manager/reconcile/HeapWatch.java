package io.rebalancer.manager.reconcile;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** The heap of this process: the most that was used, garbage included, and the most that a collection left. */
final class HeapWatch {
    private final AtomicLong leftByCollections = new AtomicLong();
    private final AtomicLong used = new AtomicLong();

    HeapWatch() {
        Set<String> heapPools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getName)
                .collect(Collectors.toSet());
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector)
                    .addNotificationListener(
                            (notification, handback) -> {
                                var info = GarbageCollectionNotificationInfo.from(
                                                (CompositeData) notification.getUserData())
                                        .getGcInfo();
                                used.accumulateAndGet(sum(info.getMemoryUsageBeforeGc(), heapPools), Math::max);
                                leftByCollections.accumulateAndGet(
                                        sum(info.getMemoryUsageAfterGc(), heapPools), Math::max);
                            },
                            notification -> notification
                                    .getType()
                                    .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION),
                            null);
        }
    }

    private static long sum(Map<String, MemoryUsage> pools, Set<String> heapPools) {
        return pools.entrySet().stream()
                .filter(each -> heapPools.contains(each.getKey()))
                .mapToLong(each -> each.getValue().getUsed())
                .sum();
    }

    /** Begins a new measurement with a collection. */
    void reset() {
        System.gc();
        leftByCollections.set(0);
        used.set(0);
    }

    /** Such as {@code 40 MiB left by collections, 150 MiB with garbage}. */
    String text() {
        System.gc();
        long now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long left = Math.max(leftByCollections.get(), now);
        return String.format(
                "%d MiB left by collections, %d MiB with garbage", left >> 20, Math.max(left, used.get()) >> 20);
    }
}
