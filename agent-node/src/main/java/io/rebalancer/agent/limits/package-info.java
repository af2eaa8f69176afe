/** The copy limits that an operator set: stored, applied, and shown. */
@NullMarked
package io.rebalancer.agent.limits;

import org.jspecify.annotations.NullMarked;
