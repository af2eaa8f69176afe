/** The interfaces between the rules and the outside: what the rules call, and what the APIs call. */
@NullMarked
package io.rebalancer.core.port;

import org.jspecify.annotations.NullMarked;
