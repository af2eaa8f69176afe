/** What a process counts and measures, by the older system's names and by our own, and the traces of some assignments. */
@NullMarked
package io.rebalancer.cluster.telemetry;

import org.jspecify.annotations.NullMarked;
