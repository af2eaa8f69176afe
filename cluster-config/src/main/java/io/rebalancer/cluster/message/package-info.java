/** The messages that cross the network between cluster members. */
@NullMarked
package io.rebalancer.cluster.message;

import org.jspecify.annotations.NullMarked;
