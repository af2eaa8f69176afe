/** The inventory of storage nodes with their free space (manta.md section 8). */
@NullMarked
package io.rebalancer.manager.storinfo;

import org.jspecify.annotations.NullMarked;
