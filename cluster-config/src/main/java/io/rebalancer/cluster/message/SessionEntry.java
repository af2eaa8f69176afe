package io.rebalancer.cluster.message;

import io.rebalancer.core.access.Session;

/** A session of a browser, as managers keep it in data that they replicate. */
public record SessionEntry(Session session) implements WireMessage {}
