/** Explains what a job does with an object. */
@NullMarked
package io.rebalancer.manager.explain;

import org.jspecify.annotations.NullMarked;
