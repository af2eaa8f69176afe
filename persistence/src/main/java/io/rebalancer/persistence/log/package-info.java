/**
 * An embedded durable log of events: one framed, checked log for all persistence ids, written by one thread that forces
 * groups. Knows nothing of actors.
 */
@NullMarked
package io.rebalancer.persistence.log;

import org.jspecify.annotations.NullMarked;
