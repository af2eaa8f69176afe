/** {@code rebalancer log}: shows what is in an embedded log, beside the process that uses it. */
@NullMarked
package io.rebalancer.persistence.tool;

import org.jspecify.annotations.NullMarked;
