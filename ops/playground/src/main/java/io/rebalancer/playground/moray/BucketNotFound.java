package io.rebalancer.playground.moray;

/** The shard has no bucket with the requested name (manta.md 7.9). */
public final class BucketNotFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param bucket the requested name */
    public BucketNotFound(String bucket) {
        super(bucket + " does not exist");
    }
}
