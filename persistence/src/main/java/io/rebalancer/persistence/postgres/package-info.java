/** The journal in a PostgreSQL database that managers share. */
@NullMarked
package io.rebalancer.persistence.postgres;

import org.jspecify.annotations.NullMarked;
