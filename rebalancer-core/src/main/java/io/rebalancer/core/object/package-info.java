/** Stored objects: their ids, their copies and the metadata record that names them. */
@NullMarked
package io.rebalancer.core.object;

import org.jspecify.annotations.NullMarked;
