package io.rebalancer.core.text;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text for one line of a log, an answer, or a terminal. */
public final class OneLine {
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");

    private OneLine() {}

    /** The text without leading or trailing whitespace, each run of whitespace as one space; {@code "null"} for null. */
    public static String of(@Nullable String text) {
        return WHITESPACE.matcher(String.valueOf(text).strip()).replaceAll(" ");
    }

    /** The message of a failure, or its class name if it has none. */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : of(message);
    }
}
