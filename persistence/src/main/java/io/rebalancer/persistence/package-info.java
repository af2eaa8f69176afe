/** Journals and snapshot stores. No code outside this room knows which profile is in use. */
@NullMarked
package io.rebalancer.persistence;

import org.jspecify.annotations.NullMarked;
