/** Tables about jobs that are made from the journal, to be asked for what the journal can't be asked. */
@NullMarked
package io.rebalancer.persistence.readside;

import org.jspecify.annotations.NullMarked;
