package io.rebalancer.core.reconcile;

import java.time.Instant;

/**
 * What a run read of one metadata shard.
 *
 * @param rows rows read
 * @param unreadable rows that are no readable record; they may claim any copy
 * @param highestId highest row id that was read
 * @param complete whether all rows up to that id were read
 * @param readAt when the first row was read
 * @param fault why it is not complete, or empty text
 */
public record ShardCoverage(
        int shard, long rows, long unreadable, long highestId, boolean complete, Instant readAt, String fault) {}
