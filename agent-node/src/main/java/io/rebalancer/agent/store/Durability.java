package io.rebalancer.agent.store;

import io.rebalancer.core.text.StableWord;

/** What must be true of a copy before the agent reports it. */
public enum Durability {
    /** The file and its name are forced to disk. */
    FLUSHED,
    /** The file and its name are forced to disk, and the device returns the file with the right digest. */
    READ_BACK,
    /** The file is handed to the operating system and is lost in a power cut. For tests only. */
    OS;

    /** The word of the settings: {@code flushed}, {@code read-back} or {@code os}. */
    public String word() {
        return StableWord.of(this).replace('_', '-');
    }

    /** @throws IllegalArgumentException with the valid words, if {@code word} is not one of them */
    public static Durability of(String word) {
        for (Durability each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException("durability must be flushed, read-back or os, not " + word);
    }
}
