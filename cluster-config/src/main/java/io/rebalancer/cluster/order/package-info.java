/** Signed orders: what managers send to storage agents, and how agents check who signed it. */
@NullMarked
package io.rebalancer.cluster.order;

import org.jspecify.annotations.NullMarked;
