package io.rebalancer.core.registry;

import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Rules on the orders that change whether a storage node is in service. Pure functions of their arguments. */
public final class NodeRules {

    private NodeRules() {}

    /**
     * The decision on an order.
     *
     * @param events events to store; none if the node is in the wanted state already
     * @param refusal why the order is refused, and what to do; empty if it is not
     */
    public record Decision(List<RegistryEvent> events, Optional<String> refusal) {
        public Decision {
            events = List.copyOf(events);
        }

        private static Decision accept(RegistryEvent... events) {
            return new Decision(List.of(events), Optional.empty());
        }

        private static Decision refuse(String why) {
            return new Decision(List.of(), Optional.of(why));
        }
    }

    /** Puts a node back in service. Refused while a job empties it. */
    public static Decision recommission(RegistryState registry, StorageNodeId node, Instant now) {
        Optional<RegisteredJob> active = registry.activeOn(node);
        if (active.isPresent()) {
            return Decision.refuse(
                    "job " + active.get().id() + " empties " + node + "; wait until it has ended, then recommission");
        }
        return registry.nodes().stateOf(node) == ServiceState.IN_SERVICE
                ? Decision.accept()
                : Decision.accept(new RegistryEvent.NodeRecommissioned(node, now));
    }

    /** Keeps copies away from a node that is in service. Refused for a node that receives none for another reason. */
    public static Decision exclude(RegistryState registry, StorageNodeId node, Instant now) {
        ServiceState state = registry.nodes().stateOf(node);
        return switch (state) {
            case EXCLUDED -> Decision.accept();
            case IN_SERVICE -> Decision.accept(new RegistryEvent.NodeExcluded(node, now));
            case FENCED, DRAINED, REMOVED ->
                Decision.refuse(node + " is " + state
                        + " and receives no copies already; it stays so until it is put back" + " in service");
        };
    }

    /** Records that a node is gone. Refused unless a verification has proved that it is empty. */
    public static Decision remove(RegistryState registry, StorageNodeId node, Instant now) {
        ServiceState state = registry.nodes().stateOf(node);
        return switch (state) {
            case REMOVED -> Decision.accept();
            case DRAINED ->
                registry.activeOn(node)
                        .map(job ->
                                Decision.refuse("job " + job.id() + " empties " + node + "; wait until it has ended"))
                        .orElseGet(() -> Decision.accept(new RegistryEvent.NodeRemoved(node, now)));
            case IN_SERVICE, EXCLUDED, FENCED ->
                Decision.refuse(node + " is " + state + ", not DRAINED: nothing proves that it is empty. Evacuate it"
                        + " first: rebalancer-adm job create " + node);
        };
    }
}
