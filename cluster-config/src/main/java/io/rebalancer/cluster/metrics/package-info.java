/** What a process counts and measures, by the older system's names and by our own. */
@NullMarked
package io.rebalancer.cluster.metrics;

import org.jspecify.annotations.NullMarked;
