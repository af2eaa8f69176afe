/** Commits the metadata of copied assignments: every record of every object, with a compare-and-set. */
@NullMarked
package io.rebalancer.manager.evacuate.commit;

import org.jspecify.annotations.NullMarked;
