/** Storage nodes, their space, and the placement of new copies. */
@NullMarked
package io.rebalancer.core.storage;

import org.jspecify.annotations.NullMarked;
