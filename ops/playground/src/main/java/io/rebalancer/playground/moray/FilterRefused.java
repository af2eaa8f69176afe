package io.rebalancer.playground.moray;

/** No index of the bucket supports the filter. The message is Moray's (manta.md 7.6). */
public final class FilterRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String name;

    private FilterRefused(String name, String message) {
        super(message);
        this.name = name;
    }

    /** The filter is a single comparison, or the negation of one, with a field that has no index. */
    static FilterRefused invalid(Filter filter) {
        return new FilterRefused("InvalidQueryError", filter + " is an invalid filter");
    }

    /** The filter combines fields without an index. */
    static FilterRefused notIndexed(Bucket bucket, String filter) {
        return new FilterRefused("NotIndexedError", bucket.name() + " does not have indexes that support " + filter);
    }

    /** The name of the error. */
    public String errorName() {
        return name;
    }
}
