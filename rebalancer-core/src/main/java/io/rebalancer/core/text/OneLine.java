package io.rebalancer.core.text;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Formats text as one line of a log, a reply, or a terminal. */
public final class OneLine {
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");

    private OneLine() {}

    /** Trims the text and replaces each run of whitespace by one space; {@code "null"} for null. */
    public static String of(@Nullable String text) {
        return WHITESPACE.matcher(String.valueOf(text).strip()).replaceAll(" ");
    }

    /** The message of a failure as one line, or its class name if it has no message. */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : of(message);
    }
}
