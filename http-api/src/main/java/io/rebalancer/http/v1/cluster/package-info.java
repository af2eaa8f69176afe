/** API v1: the cluster and its members. */
@NullMarked
package io.rebalancer.http.v1.cluster;

import org.jspecify.annotations.NullMarked;
