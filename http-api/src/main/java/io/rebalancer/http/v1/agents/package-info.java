/** API v1: the agents of all storage nodes, through a manager. */
@NullMarked
package io.rebalancer.http.v1.agents;

import org.jspecify.annotations.NullMarked;
