package io.rebalancer.playground.moray;

/** The text is not a valid filter (manta.md 7.6). */
public final class FilterSyntaxException extends IllegalArgumentException {
    /** @param position index in {@code text} where the problem was found */
    public FilterSyntaxException(String problem, int position, String text) {
        super("invalid filter: %s at position %d of: %s".formatted(problem, position, text));
    }
}
