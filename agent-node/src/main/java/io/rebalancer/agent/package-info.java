/** The agent process of one storage node. */
@NullMarked
package io.rebalancer.agent;

import org.jspecify.annotations.NullMarked;
