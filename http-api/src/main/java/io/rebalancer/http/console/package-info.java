/** The web console of operators. Its pages use the public API only. */
@NullMarked
package io.rebalancer.http.console;

import org.jspecify.annotations.NullMarked;
