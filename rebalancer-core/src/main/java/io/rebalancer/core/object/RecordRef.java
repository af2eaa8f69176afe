package io.rebalancer.core.object;

/**
 * Address of one metadata record.
 *
 * @param shard metadata shard, at least 1
 * @param key full key exactly as stored; never re-encoded
 */
public record RecordRef(int shard, String key) {}
