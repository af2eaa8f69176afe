/** API v1: jobs, their exceptions and their events. */
@NullMarked
package io.rebalancer.http.v1.jobs;

import org.jspecify.annotations.NullMarked;
