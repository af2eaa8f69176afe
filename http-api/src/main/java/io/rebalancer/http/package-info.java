/** The HTTP APIs of manager and agent; they reach jobs and agents only through the ports of the core. */
@NullMarked
package io.rebalancer.http;

import org.jspecify.annotations.NullMarked;
