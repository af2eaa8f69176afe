/** Storage nodes in API v1: which are out of service, and back into service. */
@NullMarked
package io.rebalancer.http.v1.nodes;

import org.jspecify.annotations.NullMarked;
