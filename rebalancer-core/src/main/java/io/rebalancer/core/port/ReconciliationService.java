package io.rebalancer.core.port;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunState;
import java.util.List;
import java.util.Optional;
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
     * A run to begin.
     *
     * @param mode {@link RunMode#OBSERVE} or {@link RunMode#PLAN}
     * @param nodes the storage nodes to compare; empty for all of the fleet
     * @param acceptRoots whether another identity of an object root than in earlier runs is accepted
     * @param orderedBy who orders it
     */
    record NewRun(UUID id, RunMode mode, List<StorageNodeId> nodes, boolean acceptRoots, String orderedBy) {
        public NewRun {
            nodes = List.copyOf(nodes);
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
            /** There is no such run. */
            RUN_NOT_FOUND,
            /** The fleet does not list one of the storage nodes. */
            UNKNOWN_STORAGE_NODE
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
