/**
 * An embedded, durable event log: one log of framed and checksummed entries for all persistence ids, written and forced
 * in groups by a single thread. It depends on the JDK and {@code rebalancer-core} only, not on Pekko.
 */
@NullMarked
package io.rebalancer.persistence.log;

import org.jspecify.annotations.NullMarked;
