package io.rebalancer.manager.plan;

import io.rebalancer.core.plan.ShardShare;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** The records that a plan has found, by shard. Thread-safe. */
final class ShardCounts {
    private final Map<Integer, LongAdder> records = new ConcurrentSkipListMap<>();

    void add(int shard) {
        records.computeIfAbsent(shard, number -> new LongAdder()).increment();
    }

    /** The shards with records so far, by number. */
    List<ShardShare> shares() {
        return records.entrySet().stream()
                .map(each -> new ShardShare(each.getKey(), each.getValue().sum()))
                .toList();
    }
}
