package io.rebalancer.cluster.message;

/** Marks messages that members send each other. {@code reference.conf} binds this type to the CBOR serializer. */
public interface WireMessage {}
