/** Reserves TCP ports of the loopback address for the playground's nodes and for servers under test. */
@NullMarked
package io.rebalancer.loopback;

import org.jspecify.annotations.NullMarked;
