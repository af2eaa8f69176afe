package io.rebalancer.agent.inventory;

import io.rebalancer.agent.copy.CopyClient;
import io.rebalancer.agent.copy.CopyEngine;
import io.rebalancer.agent.copy.CopyOrder;
import io.rebalancer.agent.copy.CopyOutcome;
import io.rebalancer.agent.store.RunFence;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.NodeInventory.RepairProgress;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies that runs order for this node, one order of each run at a time. The copy engine makes them as those of jobs. Orders and
 * their results are only in memory: after a restart each run repeats its order, and the engine finds the files that are published.
 */
final class RunCopies {
    /** Runs whose orders are kept. */
    static final int MAX_RUNS = 16;

    private static final Logger LOGGER = LoggerFactory.getLogger(RunCopies.class);

    private final StorageNodeId node;
    private final CopyClient client;
    private final NodeSentinel sentinel;
    private final RunFence fence;
    /**
     * The orders by the numbers of their runs. Changed with this object's lock held. The engine delivers outcomes without that lock:
     * it holds its own.
     */
    private final ConcurrentSkipListMap<Long, Current> orders = new ConcurrentSkipListMap<>();

    /** The order of a run, in progress or ended. */
    private record Current(Assignment assignment, SortedMap<Integer, TaskResult> ended) {
        Current(Assignment assignment) {
            this(assignment, new ConcurrentSkipListMap<>());
        }

        boolean isOf(UUID assignmentId) {
            return assignment.id().equals(assignmentId);
        }

        RepairProgress progress() {
            List<TaskResult> results = List.copyOf(ended.values());
            return new RepairProgress(results, assignment.tasks().size() - results.size());
        }
    }

    /**
     * @param node the storage node of this agent
     * @param fence shared with all that takes commands of runs
     */
    RunCopies(StorageNodeId node, CopyEngine engine, NodeSentinel sentinel, RunFence fence) {
        this.node = node;
        this.client = engine.newClient();
        this.sentinel = sentinel;
        this.fence = fence;
        client.deliverTo(this::record);
    }

    /**
     * The results are forgotten by the engine before it takes another order, so an order that is given again after it was
     * replaced begins again.
     */
    private void record(List<CopyOutcome> outcomes) {
        for (CopyOutcome outcome : outcomes) {
            CopyOrder order = outcome.order();
            orders.values().stream()
                    .filter(each -> each.isOf(order.assignmentId()))
                    .findFirst()
                    .ifPresent(each -> each.ended().put(order.taskIndex(), outcome.result()));
        }
        client.markStored(outcomes);
    }

    /**
     * Begins an order unless it is the one of its run in progress, and returns how far it is. The token is stored before the first
     * copy begins.
     *
     * @throws IllegalArgumentException if the order is for another node, or repeats an assignment with other copies
     * @throws IOException if the object root is not the right one, if the gate is not open while a copy is, or if so many other runs
     *     have copies in progress here that the order has to be repeated later
     */
    synchronized RepairProgress repair(RepairOrder order) throws FencedCommand, IOException {
        Assignment assignment = order.assignment();
        StorageNodeId destination = assignment.destination().storageNode();
        if (!destination.equals(node)) {
            throw new IllegalArgumentException(
                    "the order is for " + destination + ", and this is the agent of " + node + "; nothing is copied");
        }
        requireRightRoot();
        admit(order);
        long run = order.token().number();
        Optional<Current> before = Optional.ofNullable(orders.get(run));
        Optional<Current> known = before.filter(each -> each.isOf(assignment.id()));
        if (known.isPresent()) {
            return progress(known.get(), assignment);
        }
        requireOpenGate();
        if (before.isPresent()) {
            giveUp(before.get());
        } else {
            requirePlace();
        }
        Current next = new Current(assignment);
        orders.put(run, next);
        List<CopyTask> tasks = assignment.tasks();
        LOGGER.info("run={} assignment={} copies={} begin", order.token().runId(), assignment.id(), tasks.size());
        for (int i = 0; i < tasks.size(); i++) {
            client.submit(CopyOrder.of(assignment.id(), order.token().epoch(), i, tasks.get(i)));
        }
        return next.progress();
    }

    private RepairProgress progress(Current known, Assignment repeated) throws IOException {
        if (!known.assignment().equals(repeated)) {
            throw new IllegalArgumentException("the assignment " + repeated.id()
                    + " has other copies than before; give an order with other copies another id");
        }
        RepairProgress progress = known.progress();
        if (progress.open() > 0) {
            requireOpenGate();
        }
        return progress;
    }

    /** What is published stays: a verified copy is never worse than none. What has arrived of large objects is resumed later. */
    private void giveUp(Current replaced) {
        RepairProgress progress = replaced.progress();
        if (progress.open() > 0) {
            UUID id = replaced.assignment().id();
            LOGGER.info("assignment={} copies={} of a run are given up for another order", id, progress.open());
            var unused = client.suspend(id);
        }
    }

    private void requireRightRoot() throws IOException {
        Optional<String> problem = sentinel.check().problem();
        if (problem.isPresent()) {
            throw new IOException(problem.get());
        }
    }

    /** The order of an earlier run that has ended makes place: its run repeats it at most to read results again. */
    private void requirePlace() throws IOException {
        if (orders.size() < MAX_RUNS) {
            return;
        }
        Long ended = orders.entrySet().stream()
                .filter(each -> each.getValue().progress().open() == 0)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IOException("copies of " + MAX_RUNS
                        + " other runs are in progress here, and no more are taken; the order may be repeated later"));
        orders.remove(ended);
    }

    /** Copies for another node need no turn of their run: they are verified, and replace no good file. */
    private void admit(RepairOrder order) throws FencedCommand, IOException {
        RunToken token = order.token();
        Optional<RunToken> known = order.addsCopies() ? fence.admitCopies(token) : fence.admit(token);
        if (known.isPresent()) {
            throw new FencedCommand(known.get());
        }
    }

    private void requireOpenGate() throws IOException {
        CopyGate gate = client.gate();
        if (gate != CopyGate.OPEN) {
            throw new IOException(
                    "no copy is made, because the gate of this agent is " + gate + "; PUT /api/v1/agent/gate opens it");
        }
    }
}
