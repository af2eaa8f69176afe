package io.rebalancer.core.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a run is to do.
 *
 * @param number number of the run, above those of all earlier runs
 * @param nodes the storage nodes to compare, at least one, in the order in which the run works on them; {@link #MAX_NODES} at most
 *     are accepted from operators, and taken by a scheduled run
 * @param planId for {@link RunMode#ACT}: the run whose plan is carried out; else empty
 * @param orderedBy who ordered it, such as the name of a token or {@code schedule}
 * @param roots identities of the object roots that earlier runs saw; a node with another one is not compared
 * @param readsContents whether the contents of all files are read and compared with their digests too
 * @param repairs for {@link RunMode#ACT}: what the run may do; else empty
 */
public record RunOrder(
        UUID id,
        long number,
        RunMode mode,
        List<StorageNodeId> nodes,
        Optional<UUID> planId,
        String orderedBy,
        Map<StorageNodeId, String> roots,
        boolean readsContents,
        Optional<RepairScope> repairs) {

    /** The orders and reports of so many nodes fit into a message, which may have 2 MiB. */
    public static final int MAX_NODES = 5000;

    /** @throws IllegalArgumentException if there is no node, or a plan without the mode that needs one */
    public RunOrder {
        nodes = nodes.stream().distinct().toList();
        roots = Map.copyOf(roots);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a run needs at least one storage node");
        }
        boolean acts = mode == RunMode.ACT;
        if (planId.isPresent() != acts || repairs.isPresent() != acts) {
            throw new IllegalArgumentException("a plan and its repairs belong to the mode act, and to no other");
        }
    }
}
