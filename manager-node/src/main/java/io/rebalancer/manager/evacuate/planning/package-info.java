/** Scans the metadata shards of one pass and gathers the records into assignments; works without a job. */
@NullMarked
package io.rebalancer.manager.evacuate.planning;

import org.jspecify.annotations.NullMarked;
