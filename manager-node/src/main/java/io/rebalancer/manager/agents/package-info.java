/** How jobs speak to the agents of storage nodes: through the cluster, or over the older agent's HTTP API. */
@NullMarked
package io.rebalancer.manager.agents;

import org.jspecify.annotations.NullMarked;
