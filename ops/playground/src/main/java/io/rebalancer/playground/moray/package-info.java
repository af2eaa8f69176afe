/** The storage of one simulated Moray shard in an SQL database, without any network. */
@NullMarked
package io.rebalancer.playground.moray;

import org.jspecify.annotations.NullMarked;
