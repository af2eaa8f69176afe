package io.rebalancer.agent.store;

import java.io.IOException;

/** The disk is full, its quota is used up, or a bound is reached. Another storage node has to take the object. */
public final class OutOfSpace extends IOException {
    private static final long serialVersionUID = 1L;

    private OutOfSpace(IOException cause) {
        super(cause.getMessage(), cause);
    }

    OutOfSpace(String detail) {
        super(detail);
    }

    static OutOfSpace ofUnknownLength(ObjectKey key, long maxBytes) {
        return new OutOfSpace("object " + key.objectId() + ": neither the order nor the source states a length, and the"
                + " source sends more than " + maxBytes
                + " bytes; if the object is that long, raise rebalancer.agent.max-object-of-unknown-size");
    }

    /**
     * Returns an {@code OutOfSpace} if the message reports a full disk or quota, because the JDK has no type for it.
     */
    static IOException translate(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        boolean full = text.contains("No space left on device") || text.contains("Disk quota exceeded");
        return full ? new OutOfSpace(failure) : failure;
    }
}
