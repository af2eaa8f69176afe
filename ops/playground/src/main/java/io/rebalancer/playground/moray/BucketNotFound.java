package io.rebalancer.playground.moray;

/** The shard has no bucket of that name (manta.md 7.9). */
public final class BucketNotFound extends RuntimeException {
    /** Names the bucket that was asked for. */
    public BucketNotFound(String bucket) {
        super("bucket " + bucket + " does not exist");
    }
}
