/** The right of a job or run to write metadata, which expires unless the journal renews it. */
@NullMarked
package io.rebalancer.manager.lease;

import org.jspecify.annotations.NullMarked;
