/** The tokens of the API: their registry in the cluster, and the copy of each manager. */
@NullMarked
package io.rebalancer.manager.access;

import org.jspecify.annotations.NullMarked;
