package io.rebalancer.core.port;

/** The order of a list by the time of its items. */
public enum ListOrder {
    NEWEST,
    OLDEST
}
