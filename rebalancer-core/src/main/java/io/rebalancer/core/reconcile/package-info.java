/** Reconciliation: runs that find where metadata records and files disagree, and repair what may be repaired. */
@NullMarked
package io.rebalancer.core.reconcile;

import org.jspecify.annotations.NullMarked;
