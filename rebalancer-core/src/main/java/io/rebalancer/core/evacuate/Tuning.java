package io.rebalancer.core.evacuate;

import java.util.OptionalInt;

/**
 * What an operator changed on the running job.
 *
 * @param commitParallelism records swapped at a time, or 0 for the configured number
 */
public record Tuning(int commitParallelism) {
    public static final Tuning NONE = new Tuning(0);

    /** Records swapped at a time, if the operator chose a number. */
    public OptionalInt chosenCommitParallelism() {
        return commitParallelism == 0 ? OptionalInt.empty() : OptionalInt.of(commitParallelism);
    }

    Tuning after(JobEvent event) {
        return event instanceof JobEvent.CommitParallelismSet e ? new Tuning(e.records()) : this;
    }
}
