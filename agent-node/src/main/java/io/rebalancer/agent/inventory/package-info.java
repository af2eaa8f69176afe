/** Lists the files of the storage node for reconciliation runs, and carries out their orders. */
@NullMarked
package io.rebalancer.agent.inventory;

import org.jspecify.annotations.NullMarked;
