/** What a storage node holds and what metadata records claim that it holds, in the order of their keys, and how the two differ. */
@NullMarked
package io.rebalancer.core.inventory;

import org.jspecify.annotations.NullMarked;
