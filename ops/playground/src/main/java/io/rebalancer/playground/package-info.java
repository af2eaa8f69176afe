/** A simulated Manta region with real bytes, the rebalancer at work in it, and the proof of what it did. */
@NullMarked
package io.rebalancer.playground;

import org.jspecify.annotations.NullMarked;
