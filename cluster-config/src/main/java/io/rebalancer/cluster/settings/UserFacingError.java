package io.rebalancer.cluster.settings;

/** Marks exceptions whose message states the problem and the remedy. Their stack trace is not logged. */
public interface UserFacingError {}
