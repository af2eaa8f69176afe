/** Limits on rates and on concurrency, as pure functions of time. */
@NullMarked
package io.rebalancer.core.limit;

import org.jspecify.annotations.NullMarked;
