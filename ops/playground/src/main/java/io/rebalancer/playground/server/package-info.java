/** Servers of a simulated region: Moray shards over Fast, storinfo, and the storage nodes' file servers. */
@NullMarked
package io.rebalancer.playground.server;

import org.jspecify.annotations.NullMarked;
