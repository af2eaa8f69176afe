/** Reaches the agents of storage nodes: through the cluster, or over the legacy HTTP API. */
@NullMarked
package io.rebalancer.manager.agents;

import org.jspecify.annotations.NullMarked;
