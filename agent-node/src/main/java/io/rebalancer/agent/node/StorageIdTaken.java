package io.rebalancer.agent.node;

import org.apache.pekko.actor.CoordinatedShutdown;

/**
 * The shutdown reason of an agent whose storage id another agent holds. {@code rebalancer-pekko.conf} maps it to exit
 * code 2.
 */
public final class StorageIdTaken implements CoordinatedShutdown.Reason {}
