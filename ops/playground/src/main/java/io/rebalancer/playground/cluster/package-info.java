/** The manager and the agents of a playground: their settings, and how they are started, killed and stopped. */
@NullMarked
package io.rebalancer.playground.cluster;

import org.jspecify.annotations.NullMarked;
