/** Stored objects: their ids, their copies, and the metadata records that name them. */
@NullMarked
package io.rebalancer.core.object;

import org.jspecify.annotations.NullMarked;
