/** API v1: the reserved routes of reconciliation. */
@NullMarked
package io.rebalancer.http.v1.reconciliation;

import org.jspecify.annotations.NullMarked;
