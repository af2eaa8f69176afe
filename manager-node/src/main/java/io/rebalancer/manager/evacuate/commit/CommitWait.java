package io.rebalancer.manager.evacuate.commit;

import java.time.Instant;

/**
 * A metadata shard that commits wait for, or have stopped waiting for.
 *
 * @param shard number of the shard
 * @param since when the first call of the outage failed
 * @param away whether commits no longer wait for the shard, and leave its records to a later pass
 * @param detail why the last call failed, as one line
 */
public record CommitWait(int shard, Instant since, boolean away, String detail) {}
