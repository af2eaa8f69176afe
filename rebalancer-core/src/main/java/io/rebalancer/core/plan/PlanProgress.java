package io.rebalancer.core.plan;

import java.util.List;
import java.util.OptionalLong;

/**
 * What a plan has found so far. Its size is bounded, whatever the number of objects.
 *
 * @param moves what would be moved
 * @param unmovable the records that could not be moved now, by reason
 * @param belowTwoCopies objects with fewer than two copies outside the lost datacenters before anything is moved, also those that
 *     could not be moved; empty if the scenario has no lost datacenter
 * @param note why the plan failed, what it waits for, or what limits a finished plan; may be empty
 */
public record PlanProgress(
        State state, PlannedMoves moves, List<UnmovableRecords> unmovable, OptionalLong belowTwoCopies, String note) {

    /** The states of a plan. */
    public enum State {
        RUNNING,
        READY,
        FAILED
    }

    public PlanProgress {
        unmovable = List.copyOf(unmovable);
    }
}
