/** Sorts fixed-size records that do not fit into memory, and reads the sorted file again. */
@NullMarked
package io.rebalancer.persistence.sort;

import org.jspecify.annotations.NullMarked;
