package io.rebalancer.playground.moray;

/** A bucket can't be created. The message is Moray's (manta.md 7.6). */
public final class BucketRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String name;

    BucketRefused(String name, String message) {
        super(message);
        this.name = name;
    }

    /** The name of the error. */
    public String errorName() {
        return name;
    }
}
