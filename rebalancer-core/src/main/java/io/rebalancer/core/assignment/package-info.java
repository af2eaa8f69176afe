/** Batches of copies given to one storage agent, and what became of them. */
@NullMarked
package io.rebalancer.core.assignment;

import org.jspecify.annotations.NullMarked;
