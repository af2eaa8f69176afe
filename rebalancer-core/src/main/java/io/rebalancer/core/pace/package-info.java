/** How much of something is done at a time, and how fast; rules without a clock of their own. */
@NullMarked
package io.rebalancer.core.pace;

import org.jspecify.annotations.NullMarked;
