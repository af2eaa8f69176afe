/** The agent process: its assembly, the storage agent entity, and the claim on a storage id. */
@NullMarked
package io.rebalancer.agent.node;

import org.jspecify.annotations.NullMarked;
