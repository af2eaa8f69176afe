package io.rebalancer.cluster.message;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.ScheduleStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages to the schedule of reconciliation, a cluster singleton. It knows the runs that have not ended. */
public interface ScheduleMessage {

    /**
     * Registers a run. Idempotent for the same id.
     *
     * @param acceptRoots whether another identity of an object root than before is accepted
     * @param readsContents whether the contents of all files are read too
     * @param planId for {@link RunMode#ACT}: the plan that is carried out; else empty
     * @param repairs for {@link RunMode#ACT}: what the run may do; else empty
     */
    record RegisterRun(
            UUID runId,
            RunMode mode,
            List<StorageNodeId> nodes,
            String orderedBy,
            boolean acceptRoots,
            boolean readsContents,
            Optional<UUID> planId,
            Optional<RepairScope> repairs,
            ActorRef<ScheduleReply> replyTo)
            implements ScheduleMessage, WireMessage {
        public RegisterRun {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * A run reports that it has ended. The schedule asks the run then.
     *
     * @param roots identities of the object roots that it saw
     */
    record RunEnded(UUID runId, Map<StorageNodeId, String> roots) implements ScheduleMessage, WireMessage {
        public RunEnded {
            roots = Map.copyOf(roots);
        }
    }

    /** Asks when scheduled runs begin, and which runs have not ended. */
    record AskSchedule(ActorRef<ScheduleReported> replyTo) implements ScheduleMessage, WireMessage {}

    /**
     * The schedule.
     *
     * @param status when scheduled runs begin
     * @param needed runs whose rows are needed: those that have not ended, the plans that they carry out, and those whose end the
     *     audit log does not have yet
     */
    record ScheduleReported(ScheduleStatus status, Set<UUID> needed) implements WireMessage {
        public ScheduleReported {
            needed = Set.copyOf(needed);
        }
    }

    /** A reply of the schedule. */
    sealed interface ScheduleReply extends WireMessage {}

    /** The run is stored. The schedule starts it, after a restart too. */
    record RunRegistered(UUID runId) implements ScheduleReply {}

    /** Refusal: the run {@code runId} already compares {@code node}. */
    record NodeBusy(UUID runId, StorageNodeId node) implements ScheduleReply {}
}
