package io.rebalancer.agent.store;

import java.io.IOException;

/** The disk is full, its quota is used up, or a bound is reached; another storage node has to take the object. */
public final class OutOfSpace extends IOException {
    private static final long serialVersionUID = 1L;

    private OutOfSpace(IOException cause) {
        super(cause.getMessage(), cause);
    }

    OutOfSpace(String detail) {
        super(detail);
    }

    /** {@code failure} itself, unless it says that there is no space; the JDK has no type of its own for that. */
    static IOException orSame(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        boolean full = text.contains("No space left on device") || text.contains("Disk quota exceeded");
        return full ? new OutOfSpace(failure) : failure;
    }
}
