/** The HTTP APIs of the legacy manager and the legacy agent. */
@NullMarked
package io.rebalancer.http.legacy;

import org.jspecify.annotations.NullMarked;
