package io.rebalancer.core.object;

/**
 * The address of one metadata record.
 *
 * @param shard number of the metadata shard, at least 1
 * @param key full key exactly as stored, never re-encoded
 */
public record RecordRef(int shard, String key) {}
