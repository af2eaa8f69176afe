/** The servers of a simulated region: Moray shards over Fast, storinfo, and the file servers of storage nodes. */
@NullMarked
package io.rebalancer.playground.server;

import org.jspecify.annotations.NullMarked;
