package io.rebalancer.core.reconcile;

import io.rebalancer.core.text.StableWord;

/** How far a run goes. */
public enum RunMode {
    /** Finds and records where records and files disagree. */
    OBSERVE,
    /** In addition, records what would be done about each finding. */
    PLAN,
    /** Carries out a plan of an earlier run, after it has looked at each finding again. */
    ACT,
    /** Deletes files that earlier runs moved into quarantine, when they have been there for the hold. */
    PURGE;

    /** Whether runs of this mode change files or records. They begin in {@link RunPhase#ACTING}. */
    public boolean changes() {
        return this == ACT || this == PURGE;
    }

    /** The stable word, such as {@code observe}. */
    public String word() {
        return StableWord.of(this);
    }
}
