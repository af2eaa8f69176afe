package io.rebalancer.adm;

import java.util.Locale;

/** Numbers and words of the API as people write them. */
final class Figures {
    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB"};

    private Figures() {}

    /** A count with separators, such as {@code 1,200}. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A count with its noun, such as {@code 1 assignment} or {@code 1,200 assignments}. */
    static String counted(long value, String noun) {
        return count(value) + " " + noun + (value == 1 ? "" : "s");
    }

    /** Bytes in decimal units, such as {@code 3.4 MB}. */
    static String bytes(double bytes) {
        double value = bytes / 1000;
        int unit = 0;
        while (value >= 999.95 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return bytes < 1000
                ? String.format(Locale.ROOT, "%.0f B", bytes)
                : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** A state as words: {@code DONE_WITH_EXCEPTIONS} is {@code done with exceptions}. */
    static String words(String state) {
        return state.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
