/** Proves that no metadata record names a storage node: reads all rows of all shards on the primaries; works without a job. */
@NullMarked
package io.rebalancer.manager.evacuate.verification;

import org.jspecify.annotations.NullMarked;
