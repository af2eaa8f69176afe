package io.rebalancer.core.reconcile;

import java.time.Instant;
import java.util.List;

/** The events of a run. Names and fields are stored. */
public sealed interface RunEvent {

    /** When it happened, by the manager's clock. */
    Instant at();

    /** The run exists. */
    record RunCreated(RunOrder order, Instant at) implements RunEvent {}

    /** The run was started by a manager: its commands now carry {@code epoch}. Claims of an earlier incarnation are lost. */
    record RunTakenOver(long epoch, Instant at) implements RunEvent {}

    /** The claims of the shards are read. */
    record MetadataRead(List<ShardCoverage> shards, Instant at) implements RunEvent {
        public MetadataRead {
            shards = List.copyOf(shards);
        }
    }

    /** A storage node is compared, or can't be; its findings are stored. */
    record NodeCompared(NodeReport report, Instant at) implements RunEvent {}

    /** The repairs of a storage node are done, or given up; what became of each finding is stored. */
    record NodeRepaired(RepairReport report, Instant at) implements RunEvent {}

    /** All nodes are compared, or repaired. */
    record RunFinished(Instant at) implements RunEvent {}

    /** The run ended early. */
    record RunAborted(AbortReason reason, String detail, Instant at) implements RunEvent {}

    /** The run ended longer ago than runs are kept, and does not exist any more. */
    record RunForgotten(Instant at) implements RunEvent {}
}
