/** Assignments as the older manager gives them to an agent: texts of a peer, kept as they came (manta.md section 3). */
@NullMarked
package io.rebalancer.core.legacy;

import org.jspecify.annotations.NullMarked;
