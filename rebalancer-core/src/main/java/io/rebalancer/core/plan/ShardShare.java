package io.rebalancer.core.plan;

/** The number of records of a metadata shard that name the leaving node. */
public record ShardShare(int shard, long records) {}
