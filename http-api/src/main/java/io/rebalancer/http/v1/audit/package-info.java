/** API v1: the audit log of operator actions. */
@NullMarked
package io.rebalancer.http.v1.audit;

import org.jspecify.annotations.NullMarked;
