package io.rebalancer.core.storage;

/**
 * A storage node as placement sees it.
 *
 * @param node the node with its reported space
 * @param access whether the node may receive copies now
 * @param promisedMib MiB promised to assignments in flight, at least 0
 * @param openAssignments assignments in flight to the node, of all jobs, at least 0
 * @param penaltyFactor 1 for a node without a penalty, less for a penalised node, above 0
 */
public record Destination(
        StorageNode node, Access access, long promisedMib, int openAssignments, double penaltyFactor) {

    /** Whether a node may receive copies now. */
    public enum Access {
        /** The node's agent is reachable. */
        REACHABLE,
        /** The node's agent is not reachable now. */
        UNREACHABLE,
        /** The node is in a state in which it receives nothing. */
        CLOSED
    }

    /** A reachable node without load and penalty. */
    public static Destination idle(StorageNode node) {
        return new Destination(node, Access.REACHABLE, 0, 0, 1);
    }

    /** The node's share of the draws: its unpromised space, less the more assignments it is busy with. */
    double weight(PlacementPolicy policy) {
        return SpaceRules.availableMib(node, policy.maxFillPercent(), promisedMib)
                / (1.0 + openAssignments)
                * penaltyFactor;
    }
}
