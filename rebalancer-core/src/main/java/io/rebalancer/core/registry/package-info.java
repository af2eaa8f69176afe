/** The list of all evacuate jobs, and the rule that at most one job at a time empties a storage node. */
@NullMarked
package io.rebalancer.core.registry;

import org.jspecify.annotations.NullMarked;
