/** What the manager knows of the storage nodes: free space, presence of their agents, and the space promised on them. */
@NullMarked
package io.rebalancer.manager.fleet;

import org.jspecify.annotations.NullMarked;
