/** Manta's metadata records: read to the core's terms, and rewritten without losing a member. */
@NullMarked
package io.rebalancer.manager.metadata;

import org.jspecify.annotations.NullMarked;
