/** What a job would do, and whether the fleet is still the one that a plan was computed for. */
@NullMarked
package io.rebalancer.core.plan;

import org.jspecify.annotations.NullMarked;
