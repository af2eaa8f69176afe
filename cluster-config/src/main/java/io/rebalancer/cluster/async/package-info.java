/** Asynchronous building blocks that every module shares: retries, backoff, concurrency limits, failures. */
@NullMarked
package io.rebalancer.cluster.async;

import org.jspecify.annotations.NullMarked;
