package io.rebalancer.cluster.inventory;

/** A frame of entries is damaged, or has a version that this build does not know. */
public final class FrameRejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param detail what is wrong with the frame */
    FrameRejected(String detail) {
        super(detail, null, false, false);
    }
}
