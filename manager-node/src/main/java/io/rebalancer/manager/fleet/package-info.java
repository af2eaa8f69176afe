/** Storage nodes as destinations: free space, reachable agents, and leases of space. */
@NullMarked
package io.rebalancer.manager.fleet;

import org.jspecify.annotations.NullMarked;
