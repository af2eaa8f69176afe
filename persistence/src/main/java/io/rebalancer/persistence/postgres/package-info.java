/** The journal that managers share: a PostgreSQL database, and how its tables come to be. */
@NullMarked
package io.rebalancer.persistence.postgres;

import org.jspecify.annotations.NullMarked;
