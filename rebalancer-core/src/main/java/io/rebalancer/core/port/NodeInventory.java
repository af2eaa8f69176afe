package io.rebalancer.core.port;

import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The files of one storage node, as its agent sees them. Each call may fail with {@link FleetAgents.AgentUnavailable}; every
 * call may be repeated. A storage node has one inventory at a time.
 */
public interface NodeInventory {
    /** Entries of one {@link #entries}, at most. */
    int MAX_ENTRIES = 8192;

    /** Digests of one {@link #differing}, at most. */
    int MAX_DIGESTS = 8192;

    /** Keys of one {@link #look}, at most. */
    int MAX_KEYS = 1000;

    /** Keys of one {@link #readContents}, at most. */
    int MAX_CONTENTS = 100;

    /** The inventories of all storage nodes. */
    @FunctionalInterface
    interface Fleet {
        NodeInventory of(StorageNodeId node);
    }

    /** Begins the inventory for a run, unless it has begun. An inventory for a run with a lower token is dropped. */
    CompletionStage<InventoryStatus> begin(RunToken token);

    /** How far the inventory for the run is; changes nothing. */
    CompletionStage<InventoryStatus> status(UUID runId);

    /**
     * Compares digests with those of the files. Fails unless the inventory is READY.
     *
     * @param after where the first range starts; each other range starts where the one before it ends
     * @return the positions in {@code ranges} of those that differ, ascending
     */
    CompletionStage<List<Integer>> differing(UUID runId, Optional<CopyKey> after, List<RangeDigest> ranges);

    /**
     * The first entries of a range, ascending. Fails unless the inventory is READY.
     *
     * @param limit maximum number of entries, 1 to {@link #MAX_ENTRIES}
     */
    CompletionStage<EntryPage> entries(UUID runId, KeyRange range, int limit);

    /** Ends the listing for the run, and deletes its inventory, if there is one. */
    CompletionStage<Void> drop(UUID runId);

    /** What the node has under these names now, in the same order. */
    CompletionStage<List<CopyFacts>> look(List<CopyKey> keys);

    /**
     * Reads these files from the first to the last byte, at the pace that the agent allows; in the same order. The agent ends a
     * request after a while: a file that is not read to its end then is {@link ContentFacts#inProgress}, and the next request that
     * names it first continues with it. An agent that restarts begins again.
     */
    CompletionStage<List<ContentFacts>> readContents(List<CopyKey> keys);

    /**
     * Makes the agent copy the objects of an assignment to its node, and returns how far it is. The caller repeats the order
     * until no copy is open. A copy that failed is tried again only with another assignment. A copy is verified and durable as
     * that of a job; a file that has the object's name and other content moves into the quarantine first, and a file with the right
     * content is kept.
     *
     * <p>An agent works on one order of each run at a time. An order of the run with another assignment replaces the one before:
     * its copies in progress are given up, and its results are forgotten. An agent that restarts forgets the orders, so a repeated
     * order begins again; it then finds the files that exist. Fails with {@link Fenced} if a later incarnation of the run gave a
     * command, or, if the run repairs this node, a later run did; and if the gate of the agent is not OPEN while a copy is open, or
     * if the destination is another node.
     */
    CompletionStage<RepairProgress> repair(RepairOrder order);

    /** Moves files into the quarantine; the answer has one result for each file of the order. */
    CompletionStage<Map<CopyKey, QuarantineOrder.Result>> quarantine(QuarantineOrder order);

    /**
     * A page of the quarantine, by id.
     *
     * @param after the id of the last item of the page before
     * @param limit maximum number of items, 1 to {@link #MAX_KEYS}
     */
    CompletionStage<QuarantinePage> quarantined(Optional<String> after, int limit);

    /** Gives a file of the quarantine its name again. */
    CompletionStage<Restore> restore(String id);

    /** Deletes items of the quarantine for good; the answer has the ids of those that are gone. */
    CompletionStage<List<String>> purge(PurgeOrder order);

    /**
     * Entries of an inventory.
     *
     * @param last whether the range has no further entries
     */
    record EntryPage(List<InventoryEntry> entries, boolean last) {
        public EntryPage {
            entries = List.copyOf(entries);
        }
    }

    /**
     * How far a {@link #repair} is.
     *
     * @param ended the result of each copy that has ended, in the order of the tasks
     * @param open the number of other copies; 0 if the order is done
     */
    record RepairProgress(List<TaskResult> ended, int open) {
        public RepairProgress {
            ended = List.copyOf(ended);
        }
    }

    /**
     * Items of the quarantine.
     *
     * @param more whether there are items with higher ids
     */
    record QuarantinePage(List<QuarantinedCopy> items, boolean more) {
        public QuarantinePage {
            items = List.copyOf(items);
        }
    }

    /** Results of {@link #restore}. */
    enum Restore {
        /** The file has its name. */
        RESTORED,
        /** The quarantine has no such item. */
        MISSING,
        /** Another file has the name; nothing changed. */
        NAME_TAKEN
    }

    /** A storage node refused a command: it has seen a later run, or a later incarnation of this run. */
    final class Fenced extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param detail which node knows which token */
        public Fenced(String detail) {
            super(detail, null, false, false);
        }
    }

    /** The node has no inventory for the run that is READY. */
    final class NoInventory extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param detail what state the inventory has */
        public NoInventory(String detail) {
            super(detail, null, false, false);
        }
    }
}
