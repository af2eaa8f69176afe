/** The evacuate job: its commands, events and state, and the rules that connect them. */
@NullMarked
package io.rebalancer.core.evacuate;

import org.jspecify.annotations.NullMarked;
