/** Reading stored events back, from any journal. */
@NullMarked
package io.rebalancer.persistence.query;

import org.jspecify.annotations.NullMarked;
