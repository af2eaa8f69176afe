/** Evacuate jobs: the entity, the delivery of its assignments, and its metrics and traces. */
@NullMarked
package io.rebalancer.manager.evacuate;

import org.jspecify.annotations.NullMarked;
