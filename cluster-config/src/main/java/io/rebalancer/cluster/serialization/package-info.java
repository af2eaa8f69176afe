/** Versions of stored and sent classes, and the migrations from earlier versions. */
@NullMarked
package io.rebalancer.cluster.serialization;

import org.jspecify.annotations.NullMarked;
