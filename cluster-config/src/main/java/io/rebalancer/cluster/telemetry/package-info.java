/** Metrics of a process, under the legacy names and under new ones, and traces of sampled assignments. */
@NullMarked
package io.rebalancer.cluster.telemetry;

import org.jspecify.annotations.NullMarked;
