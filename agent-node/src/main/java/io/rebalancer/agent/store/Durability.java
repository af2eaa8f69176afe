package io.rebalancer.agent.store;

import java.util.Locale;

/** What has to be true of a copy before it is reported. */
public enum Durability {
    /** The file and its name are forced to disk. */
    FLUSHED,
    /** Forced, and read again from the file system with the right digest. */
    READ_BACK,
    /** Handed to the operating system; lost with the power. For tests only. */
    OS;

    /** The word of the settings: {@code flushed}, {@code read-back} or {@code os}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException naming the words there are */
    public static Durability of(String word) {
        for (Durability each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException("durability must be flushed, read-back or os, not " + word);
    }
}
