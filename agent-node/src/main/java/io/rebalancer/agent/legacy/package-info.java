/** Assignments that legacy managers send over HTTP (manta.md section 3). */
@NullMarked
package io.rebalancer.agent.legacy;

import org.jspecify.annotations.NullMarked;
