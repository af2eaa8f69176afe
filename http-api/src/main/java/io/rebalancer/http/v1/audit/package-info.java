/** API v1: the audit trail. */
@NullMarked
package io.rebalancer.http.v1.audit;

import org.jspecify.annotations.NullMarked;
