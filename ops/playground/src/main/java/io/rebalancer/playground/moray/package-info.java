/** The storage of one simulated Moray shard in a real SQL table, without any network. */
@NullMarked
package io.rebalancer.playground.moray;

import org.jspecify.annotations.NullMarked;
