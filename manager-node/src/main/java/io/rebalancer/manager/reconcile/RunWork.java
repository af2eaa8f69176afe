package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.settings.ReconcileSettings;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ShardCoverage;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.sort.RecordSorter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blocking work of one incarnation of a run, on threads of the dispatcher for runs. It reports what it has done to
 * {@code listener}; after {@link #close} it reports nothing more. Claims are on this manager's disk while it lasts.
 */
final class RunWork {
    private static final Logger LOGGER = LoggerFactory.getLogger(RunWork.class);
    private static final Duration FLEET_TIMEOUT = Duration.ofSeconds(30);

    private final UUID runId;
    private final ReconcileResources resources;
    private final BlockingExecutor blocking;
    private final BiConsumer<RunWork, Report> listener;
    private final RunScope scope = new RunScope();
    private final Queue<StorageNodeId> left = new ArrayDeque<>();
    /** The nodes whose agents list their files, or keep the listing, for this work. */
    private final Set<StorageNodeId> comparing = ConcurrentHashMap.newKeySet();

    private Optional<ClaimFile> claims = Optional.empty();

    /** What the work reports. */
    sealed interface Report {}

    /** All shards are read or given up. */
    record MetadataRead(List<ShardCoverage> shards) implements Report {}

    /** A storage node is compared, or can't be. */
    record NodeDone(NodeReport report) implements Report {}

    /** The repairs of a storage node are done, or given up. */
    record NodeRepaired(RepairReport report) implements Report {}

    /** The work can't continue. */
    record Failed(AbortReason reason, String detail) implements Report {}

    /** @param listener gets this object and each report; may be called on any thread */
    RunWork(UUID runId, ReconcileResources resources, BlockingExecutor blocking, BiConsumer<RunWork, Report> listener) {
        this.runId = runId;
        this.resources = resources;
        this.blocking = blocking;
        this.listener = listener;
    }

    /**
     * Ends the work for good, also that of agents that list their files for it. A manager that takes the run over would use these
     * listings, so {@link #close} leaves them alone.
     */
    void abandon() {
        Set<StorageNodeId> listing = Set.copyOf(comparing);
        close();
        for (StorageNodeId node : listing) {
            var unused = resources.inventories().of(node).drop(runId).whenComplete((dropped, failure) -> {
                if (failure != null) {
                    LOGGER.warn(
                            "run={} could not end the listing of {}; its agent ends it after some minutes: {}",
                            runId,
                            node,
                            OneLine.of(Failures.rootCause(failure)));
                }
            });
        }
    }

    /** Ends the work within a moment and deletes its files. */
    void close() {
        if (scope.isClosed()) {
            return;
        }
        scope.close();
        keptClaims().ifPresent(file -> blocking.executor().execute(() -> delete(file)));
    }

    /** What is done now, for an operator. */
    String activity() {
        return scope.activity();
    }

    /** Reads the claims of the nodes that are left. */
    void readMetadata(List<StorageNodeId> nodes) {
        submit(() -> {
            ReconcileSettings settings = resources.settings().get();
            Path directory = settings.sort().directory();
            Files.createDirectories(directory);
            try (RecordSorter sorter = new RecordSorter(
                            ClaimFile.FORMAT, directory, settings.sort().memoryBytes());
                    ClaimFile.Writer writer = new ClaimFile.Writer(nodes, sorter)) {
                ClaimReading reading = new ClaimReading(
                        resources.claims(), resources.permits(), resources.clock(), settings.shardTimeout(), scope);
                List<ShardCoverage> shards = reading.read(nodes, writer);
                scope.report("sorts the claims");
                keep(writer.finish(directory.resolve("claims-" + UUID.randomUUID())));
                report(new MetadataRead(shards));
            }
        });
    }

    private synchronized Optional<ClaimFile> keptClaims() {
        return claims;
    }

    private synchronized void keep(ClaimFile file) {
        if (scope.isClosed()) {
            delete(file);
            throw new RunCanceled();
        }
        claims = Optional.of(file);
    }

    private void delete(ClaimFile file) {
        try {
            file.delete();
        } catch (IOException e) {
            LOGGER.warn(
                    "run={} could not delete its claims; the next start of the manager does: {}", runId, OneLine.of(e));
        }
    }

    /** Compares the nodes that are left, some at a time. */
    void compareNodes(RunState run) {
        submit(() -> {
            boolean several = severalDatacenters();
            ClaimFile sorted = keptClaims().orElseThrow();
            someNodes(run, node -> {
                comparing.add(node);
                NodeReport report = new NodeComparison(resources, run, node, sorted, several, scope).run();
                comparing.remove(node);
                return new NodeDone(report);
            });
        });
    }

    private boolean severalDatacenters() {
        try {
            return scope.await(resources.fleet().get(), FLEET_TIMEOUT).stream()
                            .map(each -> each.node().datacenter())
                            .distinct()
                            .count()
                    > 1;
        } catch (RunFault | TimeoutException e) {
            LOGGER.warn("run={} does not look for misplaced copies: the fleet is not known: {}", runId, OneLine.of(e));
            return false;
        }
    }

    /**
     * Carries out the repairs of the nodes that are left, some nodes at a time. Nothing begins unless all shards take writes.
     *
     * @param maySend whether this incarnation may write metadata now
     * @param space the space that the run has on destinations
     */
    void repairNodes(RunState run, BooleanSupplier maySend, RunSpace space) {
        submit(() -> {
            Optional<String> closed = WritableShards.of(
                    resources.tier(), scope, resources.settings().get().shardTimeout());
            if (closed.isPresent()) {
                report(new Failed(
                        AbortReason.METADATA_UNAVAILABLE,
                        closed.get() + ". Nothing was changed; carry the plan out when all shards answer"));
                return;
            }
            Destinations destinations = new Destinations();
            boolean purges = run.order().orElseThrow().mode() == RunMode.PURGE;
            someNodes(
                    run,
                    node -> new NodeRepaired(
                            purges
                                    ? new NodePurge(resources, run, node, scope).run()
                                    : new NodeRepair(resources, run, node, maySend, destinations, space, scope).run()));
        });
    }

    /** Work on one storage node. */
    private interface NodeWork {
        Report on(StorageNodeId node) throws IOException;
    }

    /** Works on the nodes that are left, some at a time. */
    private void someNodes(RunState run, NodeWork work) {
        synchronized (this) {
            left.addAll(run.nodesLeft());
        }
        int parallel =
                Math.min(run.nodesLeft().size(), resources.settings().get().nodesAtATime());
        for (int i = 0; i < parallel; i++) {
            submit(() -> {
                for (Optional<StorageNodeId> node = nextNode(); node.isPresent(); node = nextNode()) {
                    scope.check();
                    report(work.on(node.get()));
                }
            });
        }
    }

    private synchronized Optional<StorageNodeId> nextNode() {
        return Optional.ofNullable(left.poll());
    }

    private void report(Report report) {
        if (!scope.isClosed()) {
            listener.accept(this, report);
        }
    }

    /** Work that may fail. */
    private interface Work {
        void run() throws Exception;
    }

    private void submit(Work work) {
        CompletionStage<Boolean> done = blocking.run(() -> {
            work.run();
            return true;
        });
        done.whenComplete((ended, failure) -> {
            if (failure != null && !scope.isClosed()) {
                Throwable cause = Failures.rootCause(failure);
                LOGGER.warn("run={} fails", runId, cause);
                report(new Failed(
                        AbortReason.UNKNOWN,
                        OneLine.of(cause) + ". Look at the log of this manager, and order another run"));
            }
        });
    }
}
