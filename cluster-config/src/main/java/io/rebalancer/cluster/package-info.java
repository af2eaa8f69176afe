/** The cluster contract: roles, entity keys, shard allocation, and which members are reachable. */
@NullMarked
package io.rebalancer.cluster;

import org.jspecify.annotations.NullMarked;
