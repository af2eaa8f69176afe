package io.rebalancer.playground.moray;

/** A conditional write met another etag than it expected; nothing was written (manta.md 7.7). */
public final class EtagConflict extends RuntimeException {
    private final String bucket;
    private final String key;
    private final String expected;
    private final String actual;

    /** Words the conflict as Moray does; {@code null} as text stands for an absent row. */
    public EtagConflict(String bucket, String key, String expected, String actual) {
        super("%s::%s was expected to have etag \"%s\", but was \"%s\"".formatted(bucket, key, expected, actual));
        this.bucket = bucket;
        this.key = key;
        this.expected = expected;
        this.actual = actual;
    }

    /** Bucket of the row. */
    public String bucket() {
        return bucket;
    }

    /** Key of the row. */
    public String key() {
        return key;
    }

    /** Etag the caller named. */
    public String expected() {
        return expected;
    }

    /** Etag found under the lock, or the text {@code null} when there was no row. */
    public String actual() {
        return actual;
    }
}
