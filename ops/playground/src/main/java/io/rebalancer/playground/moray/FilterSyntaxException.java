package io.rebalancer.playground.moray;

/** A filter text that is not a filter (manta.md 7.6). */
public final class FilterSyntaxException extends IllegalArgumentException {
    /** Says what is wrong, where, and in which text. */
    public FilterSyntaxException(String problem, int position, String text) {
        super("invalid filter: %s at position %d of: %s".formatted(problem, position, text));
    }
}
