/** The cluster contract: roles, entity keys, where shards may live, how members find each other. */
@NullMarked
package io.rebalancer.cluster;

import org.jspecify.annotations.NullMarked;
