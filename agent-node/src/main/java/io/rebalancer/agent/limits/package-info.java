/** The limits that an operator chose, kept over restarts. */
@NullMarked
package io.rebalancer.agent.limits;

import org.jspecify.annotations.NullMarked;
