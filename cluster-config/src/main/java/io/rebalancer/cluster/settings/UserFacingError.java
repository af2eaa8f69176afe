package io.rebalancer.cluster.settings;

/** Marks exceptions whose message is sufficient for the user: it states the problem and the remedy. No stack trace is logged. */
public interface UserFacingError {}
