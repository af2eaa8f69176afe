/** The evacuate job: commands, events, state and the rules between them. */
@NullMarked
package io.rebalancer.core.evacuate;

import org.jspecify.annotations.NullMarked;
