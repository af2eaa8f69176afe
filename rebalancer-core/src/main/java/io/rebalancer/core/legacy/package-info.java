/**
 * Assignments from a legacy manager to an agent: unvalidated texts of a peer, stored unchanged (manta.md section 3).
 */
@NullMarked
package io.rebalancer.core.legacy;

import org.jspecify.annotations.NullMarked;
