package io.rebalancer.manager.reconcile;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.reconcile.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Findings in memory. A test can make writes fail. */
final class FindingsInMemory implements ReconciliationFindings {
    private final Map<UUID, Map<String, Finding>> findings = new HashMap<>();
    private final Map<UUID, RunLine> runs = new HashMap<>();
    private int failures;

    /** The next writes fail. */
    synchronized void failNext(int writes) {
        failures = writes;
    }

    synchronized List<Finding> of(UUID runId) {
        return findings.getOrDefault(runId, Map.of()).values().stream()
                .sorted(Comparator.comparing((Finding each) -> each.node())
                        .thenComparing(Finding::kind)
                        .thenComparing(Finding::key))
                .toList();
    }

    synchronized Optional<RunLine> run(UUID runId) {
        return Optional.ofNullable(runs.get(runId));
    }

    private synchronized CompletionStage<Void> write(Runnable work) {
        if (failures > 0) {
            failures--;
            return CompletableFuture.failedFuture(new IllegalStateException("the database is down"));
        }
        work.run();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> clear(UUID runId, StorageNodeId node) {
        return write(() -> findings.getOrDefault(runId, new HashMap<>())
                .values()
                .removeIf(each -> each.node().equals(node)));
    }

    @Override
    public CompletionStage<Void> add(UUID runId, List<Finding> added) {
        return write(() -> added.forEach(each -> findings.computeIfAbsent(runId, id -> new HashMap<>())
                .put(each.node() + " " + each.kind() + " " + each.key(), each)));
    }

    @Override
    public CompletionStage<Void> putRun(RunLine run) {
        return write(() -> runs.merge(run.id(), run, (old, now) -> old.revision() > now.revision() ? old : now));
    }

    @Override
    public CompletionStage<Page<Finding>> findings(UUID runId, Filter filter, Optional<String> after, int limit) {
        return CompletableFuture.completedFuture(new Page<>(of(runId), Optional.empty()));
    }

    @Override
    public synchronized CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit) {
        return CompletableFuture.completedFuture(new Page<>(new ArrayList<>(runs.values()), Optional.empty()));
    }
}
