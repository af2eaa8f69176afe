package io.rebalancer.core.storage;

import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The storage nodes at one moment, with a table to draw destinations from. A draw costs the same for any number of nodes
 * (Vose's alias method); building the table costs one step for each node. Immutable.
 */
public final class Fleet {
    private final List<Destination> all;
    private final Map<StorageNodeId, Destination> byId;
    private final PlacementPolicy policy;
    private final List<Destination> drawable;
    /** The chance that a draw of a column is the column's own node, and not {@code alias}. */
    private final double[] ownChance;

    private final int[] alias;

    private Fleet(List<Destination> all, PlacementPolicy policy) {
        this.all = List.copyOf(all);
        this.policy = policy;
        this.byId = new HashMap<>();
        this.all.forEach(each -> byId.put(each.node().id(), each));
        this.drawable = this.all.stream()
                .filter(each -> closedBecause(each, policy).isEmpty()
                        && each.access() == Destination.Access.REACHABLE
                        && each.node().availableMib() >= policy.minFreeMib()
                        && each.weight(policy) > 0)
                .toList();
        this.ownChance = new double[drawable.size()];
        this.alias = new int[drawable.size()];
        buildTable();
    }

    /** The nodes under the conditions of {@code policy}. */
    public static Fleet of(List<Destination> destinations, PlacementPolicy policy) {
        return new Fleet(destinations, policy);
    }

    /** A fleet without nodes. */
    public static Fleet empty() {
        return new Fleet(List.of(), new PlacementPolicy(100, 0, Set.of(), Set.of()));
    }

    private void buildTable() {
        double total =
                drawable.stream().mapToDouble(each -> each.weight(policy)).sum();
        double[] scaled = new double[drawable.size()];
        Deque<Integer> below = new ArrayDeque<>();
        Deque<Integer> above = new ArrayDeque<>();
        for (int column = 0; column < scaled.length; column++) {
            scaled[column] = drawable.get(column).weight(policy) / total * scaled.length;
            (scaled[column] < 1 ? below : above).add(column);
        }
        while (!below.isEmpty() && !above.isEmpty()) {
            int small = below.remove();
            int large = above.remove();
            ownChance[small] = scaled[small];
            alias[small] = large;
            scaled[large] -= 1 - scaled[small];
            (scaled[large] < 1 ? below : above).add(large);
        }
        List<Integer> full = new ArrayList<>(below);
        full.addAll(above);
        full.forEach(column -> ownChance[column] = 1);
    }

    /** Draws a node that is reachable and had space when the fleet was built; empty if no node did. */
    Optional<Destination> draw(SplittableRandom random) {
        if (drawable.isEmpty()) {
            return Optional.empty();
        }
        int column = random.nextInt(ownChance.length);
        return Optional.of(drawable.get(random.nextDouble() < ownChance[column] ? column : alias[column]));
    }

    List<Destination> all() {
        return all;
    }

    /** The number of nodes. */
    public int size() {
        return all.size();
    }

    /** The conditions for destinations. */
    public PlacementPolicy policy() {
        return policy;
    }

    /** Whether {@code node} is known, in service, not excluded, and its agent is reachable. */
    public boolean isOpen(StorageNodeId node) {
        Destination found = byId.get(node);
        return found != null
                && found.access() == Destination.Access.REACHABLE
                && closedBecause(found, policy).isEmpty();
    }

    /** Why {@code destination} receives no object at all; empty if it may receive some. */
    static Optional<RefusalCause> closedBecause(Destination destination, PlacementPolicy policy) {
        if (destination.access() == Destination.Access.CLOSED) {
            return Optional.of(RefusalCause.NOT_IN_SERVICE);
        }
        if (policy.excludedNodes().contains(destination.node().id())) {
            return Optional.of(RefusalCause.NODE_EXCLUDED);
        }
        return policy.blacklistedDatacenters().contains(destination.node().datacenter())
                ? Optional.of(RefusalCause.DATACENTER_EXCLUDED)
                : Optional.empty();
    }
}
