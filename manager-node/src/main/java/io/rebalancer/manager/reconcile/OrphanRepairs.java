package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** Moves files that no record names into the quarantine of their storage node. */
final class OrphanRepairs implements Repairer {
    private final NodeInventory inventory;
    private final RunToken token;
    private final RepeatedOrders orders;
    private final Duration timeout;
    private int batches;

    OrphanRepairs(NodeInventory inventory, RunToken token, RepeatedOrders orders, Duration timeout) {
        this.inventory = inventory;
        this.token = token;
        this.orders = orders;
        this.timeout = timeout;
    }

    @Override
    public List<Finding> carryOut(List<DueRepair> due) throws TimeoutException {
        batches++;
        QuarantineOrder order = new QuarantineOrder(
                token, batches, due.stream().map(OrphanRepairs::file).toList());
        Map<CopyKey, QuarantineOrder.Result> results = orders.await(() -> inventory.quarantine(order), timeout);
        List<Finding> ended = new ArrayList<>(due.size());
        for (DueRepair each : due) {
            ended.add(ended(each, results.getOrDefault(each.finding().key(), QuarantineOrder.Result.FAILED)));
        }
        return ended;
    }

    /** The file as it was seen just now; an absent file may have been moved by an earlier incarnation of this run. */
    private static QuarantineOrder.File file(DueRepair due) {
        CopyFacts facts = due.look().facts();
        return new QuarantineOrder.File(
                due.finding().key(), facts.sizeBytes(), facts.modifiedMillis(), facts.changedMillis());
    }

    private static Finding ended(DueRepair due, QuarantineOrder.Result result) {
        return switch (result) {
            case MOVED -> due.repaired("the file is in the quarantine of its storage node");
            case GONE -> due.noLongerTrue("the file is gone");
            case CHANGED -> due.noLongerTrue("the file has changed since");
            case IN_USE -> due.left("a copy of the object is in progress, or an assignment needs the file");
            case FAILED -> due.failed("the agent could not move the file; its log has the reason");
        };
    }
}
