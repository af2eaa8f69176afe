package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.NodeInventory.QuarantinePage;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.CandidateRules.SecondLook;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * Deletes files for good that earlier runs moved into the quarantine of one storage node. A file is deleted only after the hold,
 * and only if no record of any shard names its object: the look-up at the time of the move may have been wrong. Files that an
 * assignment moved are no concern of runs; the agent removes these by age.
 */
final class NodePurge {
    /** Files that are looked up, and then deleted, together. */
    private static final int BATCH = 200;

    private final ReconcileResources resources;
    private final ReconcileSettings settings;
    private final RunState run;
    private final StorageNodeId node;
    private final RunScope scope;
    private final NodeInventory inventory;
    private final RepeatedOrders orders;
    private final RepairAudit audit;
    private RepairCounts counts = RepairCounts.NONE;
    private long bytes;
    private boolean shardsSilent;

    NodePurge(ReconcileResources resources, RunState run, StorageNodeId node, RunScope scope) {
        this.resources = resources;
        this.settings = resources.settings().get();
        this.run = run;
        this.node = node;
        this.scope = scope;
        this.inventory = resources.inventories().of(node);
        this.orders = new RepeatedOrders(scope);
        this.audit = new RepairAudit(resources.repairs().audit(), run.token(), node, scope, timeout());
    }

    private Duration timeout() {
        return settings.listingTimeout();
    }

    RepairReport run() {
        try {
            purge();
            return shardsSilent
                    ? report(
                            AbortReason.METADATA_UNAVAILABLE,
                            "files stay whose records could not be looked up in all shards; order another purge when all"
                                    + " shards answer")
                    : new RepairReport(node, Optional.empty(), "", repairs());
        } catch (TimeoutException e) {
            return report(AbortReason.NODE_UNAVAILABLE, "the agent did not answer: " + OneLine.of(e));
        } catch (RunFault e) {
            return report(NodeRepair.reason(e), e.reason());
        }
    }

    private RepairReport report(AbortReason reason, String detail) {
        return new RepairReport(node, Optional.of(reason), detail, repairs());
    }

    private Map<Repair, RepairCounts> repairs() {
        return counts.equals(RepairCounts.NONE) ? Map.of() : Map.of(Repair.PURGE, counts);
    }

    private void purge() throws TimeoutException {
        Instant now = orders.await(() -> inventory.status(run.token().runId()), timeout())
                .clock();
        // An agent whose clock is ahead must not shorten the hold.
        Instant least = now.isBefore(resources.clock().instant())
                ? now
                : resources.clock().instant();
        Instant movedBefore = least.minus(settings.limits().hold());
        Optional<String> after = Optional.empty();
        do {
            Optional<String> from = after;
            QuarantinePage page = orders.await(() -> inventory.quarantined(from, BATCH), timeout());
            List<QuarantinedCopy> due = new ArrayList<>();
            for (QuarantinedCopy item : page.items()) {
                sort(item, movedBefore, due);
            }
            purge(due, movedBefore);
            after = page.more() && !page.items().isEmpty()
                    ? Optional.of(page.items().get(page.items().size() - 1).id())
                    : Optional.empty();
        } while (after.isPresent());
    }

    private void sort(QuarantinedCopy item, Instant movedBefore, List<QuarantinedCopy> due) {
        if (item.runId().isEmpty() || item.key().isEmpty()) {
            return;
        }
        if (item.movedAt().isBefore(movedBefore)) {
            due.add(item);
        } else {
            count(new RepairCounts(0, 0, 0, 0, 1));
        }
    }

    private void purge(List<QuarantinedCopy> held, Instant movedBefore) throws TimeoutException {
        List<QuarantinedCopy> due = withinLimit(withoutRecords(held));
        if (due.isEmpty()) {
            return;
        }
        RepairAudit.Batch batch = audit.begin(Repair.PURGE, due.size());
        scope.check();
        scope.report("deletes " + due.size() + " files of the quarantine of " + node);
        PurgeOrder order = new PurgeOrder(
                run.token(), due.stream().map(QuarantinedCopy::id).toList(), movedBefore);
        Set<String> gone = Set.copyOf(orders.await(() -> inventory.purge(order), timeout()));
        List<UUID> deleted = due.stream()
                .filter(item -> gone.contains(item.id()))
                .flatMap(item -> item.key().stream())
                .map(CopyKey::objectId)
                .toList();
        RepairCounts ended = new RepairCounts(deleted.size(), 0, due.size() - deleted.size(), 0, 0);
        count(ended);
        batch.end(ended, deleted);
    }

    /** The limit is charged for what is deleted, so files that have a record use nothing of it. */
    private List<QuarantinedCopy> withinLimit(List<QuarantinedCopy> items) {
        List<QuarantinedCopy> fitting = new ArrayList<>();
        for (QuarantinedCopy item : items) {
            if (bytes + item.sizeBytes() <= settings.limits().of(Repair.PURGE)) {
                bytes += item.sizeBytes();
                fitting.add(item);
            } else {
                count(new RepairCounts(0, 0, 0, 0, 1));
            }
        }
        return fitting;
    }

    /** The second look-up, on the primaries of all shards. */
    private List<QuarantinedCopy> withoutRecords(List<QuarantinedCopy> held) throws TimeoutException {
        if (held.isEmpty()) {
            return held;
        }
        List<SecondLook> looks = new SecondLooks(resources, node, scope, timeout())
                .at(held.stream().map(item -> item.key().orElseThrow()).toList());
        List<QuarantinedCopy> due = new ArrayList<>();
        for (int i = 0; i < held.size(); i++) {
            SecondLook look = looks.get(i);
            if (!look.records().isEmpty()) {
                count(new RepairCounts(0, 1, 0, 0, 0));
            } else if (!look.allShards()) {
                shardsSilent = true;
                count(new RepairCounts(0, 0, 0, 0, 1));
            } else {
                due.add(held.get(i));
            }
        }
        return due;
    }

    private void count(RepairCounts more) {
        counts = counts.plus(more);
    }
}
