package io.rebalancer.cluster.settings;

/** Marks a fault whose message alone tells the user what is wrong and what to do; its stack trace helps nobody. */
public interface UserFacingError {}
