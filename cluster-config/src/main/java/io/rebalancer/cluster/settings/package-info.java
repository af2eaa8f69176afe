/** Settings as validated, immutable records, and how they are read from a settings file. */
@NullMarked
package io.rebalancer.cluster.settings;

import org.jspecify.annotations.NullMarked;
