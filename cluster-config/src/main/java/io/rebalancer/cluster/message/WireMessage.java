package io.rebalancer.cluster.message;

/** Marks what is serialized between members, as CBOR; bound in {@code reference.conf}. */
public interface WireMessage {}
