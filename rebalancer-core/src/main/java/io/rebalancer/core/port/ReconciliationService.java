package io.rebalancer.core.port;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Reconciliation for operators. Calls may fail with {@link RunRefused}. */
public interface ReconciliationService {

    /** Whether runs can be ordered. */
    boolean isEnabled();

    /**
     * Begins a run. A repeated order with the same id begins no other run.
     *
     * @return the id of the run
     */
    CompletionStage<UUID> begin(NewRun run);

    /**
     * Begins a run that carries out the plan of an earlier one. A repeated order with the same id begins no other run.
     *
     * @return the id of the run
     */
    CompletionStage<UUID> act(NewRepairs repairs);

    /**
     * Begins a run that deletes files of the quarantine of a storage node for good, if they have been there for the hold and no
     * record names their object. A repeated order with the same id begins no other run.
     *
     * @param by who orders it
     * @return the id of the run
     */
    CompletionStage<UUID> purge(UUID id, StorageNodeId node, String by);

    /** When runs begin without an order, and what became of the last one. */
    CompletionStage<ScheduleStatus> schedule();

    /** A run with its reports; empty if there is no such run. */
    CompletionStage<Optional<View>> get(UUID runId);

    /** A page of the runs. */
    CompletionStage<Page<ReconciliationFindings.RunLine>> runs(ListOrder order, Optional<String> after, int limit);

    /** A page of the findings of a run, by storage node, kind and key; no items if there is no such run. */
    CompletionStage<Page<Finding>> findings(
            UUID runId, ReconciliationFindings.Filter filter, Optional<String> after, int limit);

    /**
     * Ends a run early. A run that has ended stays as it is.
     *
     * @param by who cancels it
     */
    CompletionStage<View> cancel(UUID runId, String by);

    /**
     * A page of the quarantine of a storage node, by id. Fails with {@link FleetAgents.AgentUnavailable}.
     *
     * @param after the id of the last item of the page before
     * @param limit maximum number of items, 1 to {@link NodeInventory#MAX_KEYS}
     */
    CompletionStage<NodeInventory.QuarantinePage> quarantined(StorageNodeId node, Optional<String> after, int limit);

    /**
     * Gives a file of the quarantine of a storage node its name again. Fails with {@link FleetAgents.AgentUnavailable}.
     *
     * @param item id of the file in the quarantine
     */
    CompletionStage<NodeInventory.Restore> restore(StorageNodeId node, String item);

    /**
     * A run to begin.
     *
     * @param mode {@link RunMode#OBSERVE} or {@link RunMode#PLAN}
     * @param nodes the storage nodes to compare; empty for all of the fleet
     * @param acceptRoots whether another identity of an object root than in earlier runs is accepted
     * @param readsContents whether the contents of all files are read too, which takes long
     * @param orderedBy who orders it
     */
    record NewRun(
            UUID id,
            RunMode mode,
            List<StorageNodeId> nodes,
            boolean acceptRoots,
            boolean readsContents,
            String orderedBy) {
        public NewRun {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * A plan to carry out.
     *
     * @param planId the run that made it, which ended at most {@link io.rebalancer.core.reconcile.PlanUsability#PLAN_AGE} ago
     * @param nodes the storage nodes to repair; empty for all of the plan
     * @param classes the classes of repairs to do
     * @param overridden storage nodes that are repaired although so much differed that the plan's breaker tripped
     * @param orderedBy who orders it
     */
    record NewRepairs(
            UUID id,
            UUID planId,
            List<StorageNodeId> nodes,
            Set<Repair> classes,
            List<StorageNodeId> overridden,
            String orderedBy) {
        public NewRepairs {
            nodes = List.copyOf(nodes);
            classes = Set.copyOf(classes);
            overridden = List.copyOf(overridden);
        }
    }

    /**
     * A run.
     *
     * @param revision sequence number of its last event
     * @param activity what it does or waits for now; empty text if it has ended
     */
    record View(UUID id, RunState state, long revision, String activity) {}

    /** The order is refused; nothing was done. */
    final class RunRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** The reasons. */
        public enum Code {
            /** Reconciliation is switched off. */
            RECONCILIATION_DISABLED,
            /** Another run compares one of the storage nodes. */
            RECONCILIATION_RUNNING,
            /** The run made no plan, has not finished, or its plan is too old or allows nothing. */
            PLAN_NOT_USABLE,
            /** There is no such run. */
            RUN_NOT_FOUND,
            /** The fleet does not list one of the storage nodes. */
            UNKNOWN_STORAGE_NODE,
            /** No run can be as it is ordered. */
            BAD_REQUEST
        }

        private final Code code;

        /** @param detail what is wrong, and what to do */
        public RunRefused(Code code, String detail) {
            super(detail, null, false, false);
            this.code = code;
        }

        public Code code() {
            return code;
        }
    }
}
