package io.rebalancer.agent.node;

import org.apache.pekko.actor.CoordinatedShutdown;

/** Why an agent ends whose storage id another one has; its exit code stands under this name in the settings. */
public final class StorageIdTaken implements CoordinatedShutdown.Reason {}
