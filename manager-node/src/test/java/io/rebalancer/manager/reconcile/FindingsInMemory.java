package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.ParkingRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Findings in memory. A test can make writes fail. */
final class FindingsInMemory implements ReconciliationFindings {
    private final Map<UUID, Map<String, Finding>> findings = new HashMap<>();
    private final Map<UUID, RunLine> runs = new HashMap<>();
    private final Map<String, ParkingRule.Failures> failed = new HashMap<>();
    private final Map<String, UUID> failedIn = new HashMap<>();
    private final Map<String, UUID> suspects = new HashMap<>();
    private int failures;
    private int page = Integer.MAX_VALUE;

    /** The next writes fail. */
    synchronized void failNext(int writes) {
        failures = writes;
    }

    /** Pages have at most so many findings. */
    synchronized void limitPages(int size) {
        page = size;
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
                .put(copy(each.node(), each.kind(), each.key()), each)));
    }

    private static String copy(StorageNodeId node, DriftKind kind, CopyKey key) {
        return node + " " + kind + " " + key;
    }

    @Override
    public CompletionStage<Void> addRepairs(UUID runId, List<Finding> repairs, Instant at) {
        return write(() -> {
            for (Finding each : repairs) {
                String copy = copy(each.node(), each.kind(), each.key());
                if (each.state() == Finding.State.FAILED && !runId.equals(failedIn.put(copy, runId))) {
                    failed.merge(
                            copy,
                            new ParkingRule.Failures(1, at),
                            (old, one) -> new ParkingRule.Failures(old.failures() + 1, at));
                } else if (each.state() == Finding.State.REPAIRED || each.state() == Finding.State.NO_LONGER_TRUE) {
                    failed.remove(copy);
                }
                findings.computeIfAbsent(runId, id -> new HashMap<>()).put(copy, each);
            }
        });
    }

    @Override
    public synchronized CompletionStage<Set<CopyKey>> putContents(
            UUID runId, StorageNodeId node, List<CopyKey> wrong, List<CopyKey> right, Instant at) {
        right.forEach(key -> suspects.remove(node + " " + key));
        Set<CopyKey> again = wrong.stream()
                .filter(key -> !runId.equals(suspects.getOrDefault(node + " " + key, runId)))
                .collect(Collectors.toSet());
        wrong.forEach(key -> suspects.putIfAbsent(node + " " + key, runId));
        return CompletableFuture.completedFuture(again);
    }

    @Override
    public synchronized CompletionStage<Map<CopyKey, Finding.State>> stored(
            UUID runId, StorageNodeId node, DriftKind kind, List<CopyKey> keys) {
        Map<String, Finding> known = findings.getOrDefault(runId, Map.of());
        Map<CopyKey, Finding.State> states = new HashMap<>();
        keys.forEach(key -> Optional.ofNullable(known.get(copy(node, kind, key)))
                .ifPresent(found -> states.put(key, found.state())));
        return CompletableFuture.completedFuture(states);
    }

    @Override
    public synchronized CompletionStage<Map<CopyKey, ParkingRule.Failures>> failures(
            StorageNodeId node, DriftKind kind, List<CopyKey> keys) {
        Map<CopyKey, ParkingRule.Failures> known = new HashMap<>();
        keys.forEach(key ->
                Optional.ofNullable(failed.get(copy(node, kind, key))).ifPresent(found -> known.put(key, found)));
        return CompletableFuture.completedFuture(known);
    }

    @Override
    public CompletionStage<Void> putRun(RunLine run) {
        return write(() -> runs.merge(run.id(), run, (old, now) -> old.revision() > now.revision() ? old : now));
    }

    @Override
    public CompletionStage<Page<Finding>> findings(UUID runId, Filter filter, Optional<String> after, int limit) {
        List<Finding> all = of(runId).stream()
                .filter(each -> filter.node().map(each.node()::equals).orElse(true))
                .filter(each -> filter.kind().map(each.kind()::equals).orElse(true))
                .filter(each -> filter.state().map(each.state()::equals).orElse(true))
                .toList();
        int first = after.map(Integer::parseInt).orElse(0);
        int end = Math.min(all.size(), first + Math.min(limit, page));
        return CompletableFuture.completedFuture(new Page<>(
                all.subList(first, end), end < all.size() ? Optional.of(String.valueOf(end)) : Optional.empty()));
    }

    @Override
    public synchronized CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit) {
        return CompletableFuture.completedFuture(new Page<>(new ArrayList<>(runs.values()), Optional.empty()));
    }
}
