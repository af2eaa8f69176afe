package io.rebalancer.core.reconcile;

import java.util.UUID;

/**
 * Identifies the incarnation of a run that gives a command. A storage node stores the highest token that it has seen and
 * refuses commands with a lower one, so a manager that was given up can't move files.
 *
 * @param number number of the run; a later run has a higher one
 * @param epoch 1 for the first incarnation of the run, higher for each later one
 */
public record RunToken(UUID runId, long number, long epoch) implements Comparable<RunToken> {

    @Override
    public int compareTo(RunToken other) {
        int numbers = Long.compare(number, other.number);
        return numbers != 0 ? numbers : Long.compare(epoch, other.epoch);
    }
}
