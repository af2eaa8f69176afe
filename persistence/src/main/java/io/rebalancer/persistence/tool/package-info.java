/** {@code rebalancer log}: inspects, verifies and exports an embedded log, also while a process uses it. */
@NullMarked
package io.rebalancer.persistence.tool;

import org.jspecify.annotations.NullMarked;
