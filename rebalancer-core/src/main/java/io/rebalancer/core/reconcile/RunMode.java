package io.rebalancer.core.reconcile;

import io.rebalancer.core.text.StableWord;

/** How far a run goes. */
public enum RunMode {
    /** Finds and records where records and files disagree. */
    OBSERVE,
    /** In addition, records what would be done about each finding. */
    PLAN,
    /** Carries out a plan of an earlier run, after it has looked at each finding again. */
    ACT;

    /** The stable word, such as {@code observe}. */
    public String word() {
        return StableWord.of(this);
    }
}
