/** API v1: reconciliation of metadata records and files. */
@NullMarked
package io.rebalancer.http.v1.reconciliation;

import org.jspecify.annotations.NullMarked;
