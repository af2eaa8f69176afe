package io.rebalancer.manager.reconcile;

import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.NodeInventory.RepairProgress;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * Makes agents copy objects for a run. A copy takes as long as it needs: its agent watches its progress. Only an agent that does
 * not answer is given up.
 */
final class CopyOrders {
    private static final Duration POLL = Duration.ofMillis(500);

    private final NodeInventory.Fleet inventories;
    private final RunToken token;
    private final StorageNodeId repaired;
    private final Destinations destinations;
    private final RunScope scope;
    private final RepeatedOrders orders;
    private final Duration timeout;

    /**
     * @param repaired the storage node whose copies are repaired
     * @param destinations shared by all repairs of the run
     */
    CopyOrders(
            NodeInventory.Fleet inventories,
            RunToken token,
            StorageNodeId repaired,
            Destinations destinations,
            RunScope scope,
            Duration timeout) {
        this.inventories = inventories;
        this.token = token;
        this.repaired = repaired;
        this.destinations = destinations;
        this.scope = scope;
        this.orders = new RepeatedOrders(scope);
        this.timeout = timeout;
    }

    /**
     * Copies objects to a storage node.
     *
     * @return the result of each object
     * @throws TimeoutException if the agent does not answer; it may finish the copies
     */
    Map<UUID, TaskResult> copy(CopyLocation destination, List<CopyTask> tasks) throws TimeoutException {
        destinations.enter(destination.storageNode(), scope);
        try {
            return copyInTurn(destination, tasks);
        } finally {
            destinations.leave(destination.storageNode());
        }
    }

    private Map<UUID, TaskResult> copyInTurn(CopyLocation destination, List<CopyTask> tasks) throws TimeoutException {
        Map<UUID, TaskResult> results = new HashMap<>();
        for (int from = 0; from < tasks.size(); from += RepairOrder.MAX_TASKS) {
            List<CopyTask> some = tasks.subList(from, Math.min(tasks.size(), from + RepairOrder.MAX_TASKS));
            await(new RepairOrder(token, repaired, new Assignment(UUID.randomUUID(), destination, some)))
                    .forEach(each -> results.put(each.objectId(), each));
        }
        return results;
    }

    private List<TaskResult> await(RepairOrder order) throws TimeoutException {
        NodeInventory agent = inventories.of(order.assignment().destination().storageNode());
        RepairProgress progress = orders.await(() -> agent.repair(order), timeout);
        while (progress.open() > 0) {
            scope.report("waits for " + progress.open() + " copies to "
                    + order.assignment().destination().storageNode());
            scope.pause(POLL);
            progress = orders.await(() -> agent.repair(order), timeout);
        }
        return progress.ended();
    }
}
