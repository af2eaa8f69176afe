/** Settings as records that can't be wrong, read once at start. */
@NullMarked
package io.rebalancer.cluster.settings;

import org.jspecify.annotations.NullMarked;
