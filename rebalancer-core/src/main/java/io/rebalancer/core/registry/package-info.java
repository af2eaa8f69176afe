/** The list of all evacuate jobs and the rule that a storage node is emptied by one job at a time. */
@NullMarked
package io.rebalancer.core.registry;

import org.jspecify.annotations.NullMarked;
