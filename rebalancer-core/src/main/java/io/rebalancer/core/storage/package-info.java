/** Storage nodes, the space on them, and where a new copy may go. */
@NullMarked
package io.rebalancer.core.storage;

import org.jspecify.annotations.NullMarked;
