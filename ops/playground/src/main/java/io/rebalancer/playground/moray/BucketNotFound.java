package io.rebalancer.playground.moray;

/** The shard has no bucket with the requested name (manta.md 7.9). */
public final class BucketNotFound extends RuntimeException {
    /** @param bucket the requested name */
    public BucketNotFound(String bucket) {
        super("bucket " + bucket + " does not exist");
    }
}
