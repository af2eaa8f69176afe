/** Runs the rebalancer in a simulated Manta region with real object files, and verifies the result. */
@NullMarked
package io.rebalancer.playground;

import org.jspecify.annotations.NullMarked;
