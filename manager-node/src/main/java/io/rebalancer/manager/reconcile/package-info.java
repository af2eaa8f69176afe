/** Runs of reconciliation: read the claims of all shards, list the files of storage nodes, and record how they differ. */
@NullMarked
package io.rebalancer.manager.reconcile;

import org.jspecify.annotations.NullMarked;
