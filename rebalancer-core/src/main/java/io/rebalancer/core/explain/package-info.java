/** Why a record is where it is, what happens next, and what an operator can change. Pure rules. */
@NullMarked
package io.rebalancer.core.explain;

import org.jspecify.annotations.NullMarked;
