/** HTTP routes of manager and agent; they know jobs by the core's ports only. */
@NullMarked
package io.rebalancer.http;

import org.jspecify.annotations.NullMarked;
