/** Runs the production planner without a job, to learn what a job would do. Moves, leases and stores nothing. */
@NullMarked
package io.rebalancer.manager.plan;

import org.jspecify.annotations.NullMarked;
