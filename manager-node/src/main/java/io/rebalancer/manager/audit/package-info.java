/** The writer of the audit log, once in the cluster, and the way to it. */
@NullMarked
package io.rebalancer.manager.audit;

import org.jspecify.annotations.NullMarked;
