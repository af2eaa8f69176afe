/** Tables for lists and history, filled from the journal by projections. */
@NullMarked
package io.rebalancer.persistence.readside;

import org.jspecify.annotations.NullMarked;
