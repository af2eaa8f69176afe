/** API v1 of an agent. */
@NullMarked
package io.rebalancer.http.v1.agent;

import org.jspecify.annotations.NullMarked;
