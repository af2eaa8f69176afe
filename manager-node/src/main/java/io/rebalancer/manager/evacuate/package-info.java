/** The evacuate job: a persistent entity and its children, which scan, place, batch and switch metadata. */
@NullMarked
package io.rebalancer.manager.evacuate;

import org.jspecify.annotations.NullMarked;
