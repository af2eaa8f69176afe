/** The contents of a simulated region, and the verification that they are intact. */
@NullMarked
package io.rebalancer.playground.region;

import org.jspecify.annotations.NullMarked;
