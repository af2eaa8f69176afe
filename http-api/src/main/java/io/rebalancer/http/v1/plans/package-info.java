/** API v1: plans of jobs. */
@NullMarked
package io.rebalancer.http.v1.plans;

import org.jspecify.annotations.NullMarked;
