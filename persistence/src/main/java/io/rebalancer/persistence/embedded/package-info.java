/** The journal of a process without a database server: the embedded log, and for a manager the read side in an H2 file. */
@NullMarked
package io.rebalancer.persistence.embedded;

import org.jspecify.annotations.NullMarked;
