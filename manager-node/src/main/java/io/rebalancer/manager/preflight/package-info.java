/** The checks before a job is created: one class for each, and the runner with a deadline for each. */
@NullMarked
package io.rebalancer.manager.preflight;

import org.jspecify.annotations.NullMarked;
