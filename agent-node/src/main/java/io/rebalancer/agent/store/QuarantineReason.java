package io.rebalancer.agent.store;

import io.rebalancer.core.text.StableWord;
import java.util.Optional;

/** Why a file lost its object's name and is kept in the quarantine. The words are stored, so they must not change. */
public enum QuarantineReason {
    /** A copy with other content got the object's name. */
    REPLACED,
    /** The assignment that created the file no longer needs it. */
    DISCARDED,
    /** A reconciliation run found that no metadata record names the file. */
    ORPHAN;

    /** The stable word, such as {@code replaced}. */
    public String word() {
        return StableWord.of(this);
    }

    /** The reason of that word, or empty for the word of a later build. */
    static Optional<QuarantineReason> of(String word) {
        for (QuarantineReason each : values()) {
            if (each.word().equals(word)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
