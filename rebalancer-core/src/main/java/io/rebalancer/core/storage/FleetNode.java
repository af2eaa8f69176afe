package io.rebalancer.core.storage;

/**
 * A storage node of the fleet, as a manager sees it.
 *
 * @param node with its free space from the last report of storinfo
 * @param agentReachable whether the manager reaches the agent of the node now
 */
public record FleetNode(StorageNode node, boolean agentReachable) {}
