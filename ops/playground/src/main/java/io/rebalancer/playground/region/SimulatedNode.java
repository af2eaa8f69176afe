package io.rebalancer.playground.region;

import java.nio.file.Path;

/**
 * A storage node of a simulated region.
 *
 * @param number 1 for the first
 * @param root directory of its object files
 */
public record SimulatedNode(int number, String storageId, String datacenter, Path root) {}
