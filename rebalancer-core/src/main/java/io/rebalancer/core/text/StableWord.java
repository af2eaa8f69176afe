package io.rebalancer.core.text;

import java.util.Locale;

/** The spelling of an enum constant in APIs, metrics and tables: lower case with underscores. */
public final class StableWord {

    private StableWord() {}

    /** For example {@code no_destination} for {@code NO_DESTINATION}. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
