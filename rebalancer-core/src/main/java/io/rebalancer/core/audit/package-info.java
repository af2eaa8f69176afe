/** The audit log: what operators ordered, as a chain of entries in which a change of an earlier entry is found. */
@NullMarked
package io.rebalancer.core.audit;

import org.jspecify.annotations.NullMarked;
