/** The form in which entries of inventories cross the network. */
@NullMarked
package io.rebalancer.cluster.inventory;

import org.jspecify.annotations.NullMarked;
