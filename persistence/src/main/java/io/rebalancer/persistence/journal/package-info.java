/** What every journal offers to the process that opens it. */
@NullMarked
package io.rebalancer.persistence.journal;

import org.jspecify.annotations.NullMarked;
