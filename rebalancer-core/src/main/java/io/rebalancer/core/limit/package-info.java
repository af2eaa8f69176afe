/** Limits on rates and on concurrency. Pure: callers pass the time. */
@NullMarked
package io.rebalancer.core.limit;

import org.jspecify.annotations.NullMarked;
