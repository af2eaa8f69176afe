package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What a run may do that carries out a plan.
 *
 * @param classes the classes of repairs that are carried out
 * @param quarantineOn the storage nodes on which files may be moved into quarantine, ascending: the plan has compared them
 *     completely, with the records of all shards
 * @param plannedAt when the plan ended
 */
public record RepairScope(Set<Repair> classes, List<StorageNodeId> quarantineOn, Instant plannedAt) {

    /** @throws IllegalArgumentException if there is no class, or one that no plan has */
    public RepairScope {
        classes = Set.copyOf(classes);
        quarantineOn = quarantineOn.stream().distinct().sorted().toList();
        if (classes.isEmpty() || classes.contains(Repair.NONE) || classes.contains(Repair.PURGE)) {
            throw new IllegalArgumentException(
                    "a run that carries out a plan needs classes of repairs, not " + classes);
        }
    }
}
