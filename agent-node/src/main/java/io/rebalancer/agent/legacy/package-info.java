/** Assignments taken over HTTP from the older manager (manta.md section 3). */
@NullMarked
package io.rebalancer.agent.legacy;

import org.jspecify.annotations.NullMarked;
