/** The managers and agents of a region: their settings files, and how they are started, killed and stopped. */
@NullMarked
package io.rebalancer.playground.cluster;

import org.jspecify.annotations.NullMarked;
