/** What a simulated region holds, and the proof that it still holds it. */
@NullMarked
package io.rebalancer.playground.region;

import org.jspecify.annotations.NullMarked;
