/** Bounds on work in progress, for asynchronous code. */
@NullMarked
package io.rebalancer.cluster.pace;

import org.jspecify.annotations.NullMarked;
