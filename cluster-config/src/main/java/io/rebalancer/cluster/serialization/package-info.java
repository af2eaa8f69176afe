/** Versions of what is stored and sent, and how earlier ones are read. */
@NullMarked
package io.rebalancer.cluster.serialization;

import org.jspecify.annotations.NullMarked;
