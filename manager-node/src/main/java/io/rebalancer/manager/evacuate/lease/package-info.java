/** A job's right to write metadata, which expires unless the journal renews it. */
@NullMarked
package io.rebalancer.manager.evacuate.lease;

import org.jspecify.annotations.NullMarked;
