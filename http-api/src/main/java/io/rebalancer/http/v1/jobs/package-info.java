/** API v1: jobs and their events. */
@NullMarked
package io.rebalancer.http.v1.jobs;

import org.jspecify.annotations.NullMarked;
