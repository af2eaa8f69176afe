package io.rebalancer.playground.moray;

/** A conditional write found another etag than expected. Nothing was written (manta.md 7.7). */
public final class EtagConflict extends RuntimeException {
    private final String bucket;
    private final String key;
    private final String expected;
    private final String actual;

    /** Creates the message of Moray; the text {@code null} represents a missing row. */
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

    /** Etag that the caller expected. */
    public String expected() {
        return expected;
    }

    /** Etag found under the row lock, or the text {@code null} if there was no row. */
    public String actual() {
        return actual;
    }
}
