package io.rebalancer.http;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.ReconciliationFindings.Comparisons;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One run that has compared two of three storage nodes, with two findings, a plan that has finished, a run that carries it out,
 * and a failure that a test chooses.
 */
public final class ReconciliationInMemory implements ReconciliationService {
    public static final UUID RUN = UUID.fromString("77777777-7777-4777-8777-777777777777");
    /** A plan that has finished. */
    public static final UUID PLAN = UUID.fromString("66666666-6666-4666-8666-666666666666");
    /** A run that carries the plan out. */
    public static final UUID ACTING = UUID.fromString("88888888-8888-4888-8888-888888888888");
    /** The file in the quarantine of each storage node. */
    public static final UUID ITEM = UUID.fromString("55555555-5555-4555-8555-555555555555");

    public static final UUID OWNER = UUID.fromString("99999999-9999-4999-8999-999999999999");
    public static final StorageNodeId COMPARED = new StorageNodeId("1.stor.us-east.example.com");
    /** What was ordered, oldest first. */
    public final List<NewRun> begun = new CopyOnWriteArrayList<>();

    /** The plans that were carried out. */
    public final List<NewRepairs> acted = new CopyOnWriteArrayList<>();

    /** What was restored, as {@code node item}. */
    public final List<String> restored = new CopyOnWriteArrayList<>();

    /** The result of each restore. */
    public NodeInventory.Restore restoreResult = NodeInventory.Restore.RESTORED;

    /** Who cancelled the run. */
    public final List<String> cancelledBy = new CopyOnWriteArrayList<>();

    /** What was listed, with each parameter. */
    public final List<String> queries = new CopyOnWriteArrayList<>();

    /** Whether runs can be ordered. */
    public boolean enabled = true;

    /** When runs begin without an order. */
    public ScheduleStatus schedule = ReconciliationStates.SCHEDULE;

    /** The failure of every order. */
    public Optional<RuntimeException> failure = Optional.empty();

    /** The details of the findings. */
    public String detail = "the record names the node, and the file is not there";

    /** The run has ended. */
    public boolean ended;

    /** No run was ever ordered. */
    public boolean empty;

    public void reset() {
        begun.clear();
        cancelledBy.clear();
        queries.clear();
        enabled = true;
        schedule = ReconciliationStates.SCHEDULE;
        failure = Optional.empty();
        detail = "the record names the node, and the file is not there";
        ended = false;
        empty = false;
        acted.clear();
        restored.clear();
        purged.clear();
        restoreResult = NodeInventory.Restore.RESTORED;
    }

    private List<Finding> all() {
        return List.of(
                finding(DriftKind.MISSING_COPY, 0, Optional.of(Instant.EPOCH), Finding.State.PLANNED),
                finding(DriftKind.SIZE_MISMATCH, 3, Optional.empty(), Finding.State.FOUND));
    }

    private Finding finding(DriftKind kind, long bytes, Optional<Instant> since, Finding.State state) {
        CopyKey key = new CopyKey(OWNER, new UUID(0, kind.ordinal() + 1));
        return new Finding(COMPARED, kind, key, 10, bytes, since, 1, List.of(1, 2), state, detail);
    }

    private <T> CompletionStage<T> answer(T value) {
        return failure.<CompletionStage<T>>map(CompletableFuture::failedFuture)
                .orElseGet(() -> CompletableFuture.completedFuture(value));
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public CompletionStage<ScheduleStatus> schedule() {
        return answer(schedule);
    }

    @Override
    public CompletionStage<UUID> begin(NewRun run) {
        begun.add(run);
        return answer(RUN);
    }

    @Override
    public CompletionStage<UUID> act(NewRepairs repairs) {
        acted.add(repairs);
        return answer(ACTING);
    }

    @Override
    public CompletionStage<NodeInventory.QuarantinePage> quarantined(
            StorageNodeId node, Optional<String> after, int limit) {
        queries.add("quarantine " + node + " " + after + " " + limit);
        QuarantinedCopy item = new QuarantinedCopy(
                ITEM.toString(),
                OWNER + "/" + new UUID(0, 1),
                Optional.of(new CopyKey(OWNER, new UUID(0, 1))),
                "orphan",
                Instant.EPOCH,
                10,
                Optional.of(ACTING));
        return answer(new NodeInventory.QuarantinePage(List.of(item), after.isEmpty()));
    }

    /** The storage nodes whose quarantine was purged. */
    public final List<StorageNodeId> purged = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<UUID> purge(UUID id, StorageNodeId node, String by) {
        purged.add(node);
        return answer(RUN);
    }

    @Override
    public CompletionStage<NodeInventory.Restore> restore(StorageNodeId node, String item) {
        restored.add(node + " " + item);
        return answer(restoreResult);
    }

    @Override
    public CompletionStage<Optional<View>> get(UUID runId) {
        return CompletableFuture.completedFuture(
                List.of(RUN, PLAN, ACTING).contains(runId) ? Optional.of(view(runId)) : Optional.empty());
    }

    private View view(UUID runId) {
        if (runId.equals(PLAN)) {
            return new View(PLAN, ReconciliationStates.plan(), 6, "");
        }
        return runId.equals(ACTING)
                ? new View(ACTING, ReconciliationStates.acting(), 4, "repairs copies of " + ReconciliationStates.LEFT)
                : new View(
                        RUN,
                        ReconciliationStates.comparing(ended),
                        4,
                        ended ? "" : "compares " + ReconciliationStates.LEFT);
    }

    @Override
    public CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit) {
        queries.add(order + " " + after + " " + limit);
        if (after.isPresent()) {
            return CompletableFuture.failedFuture(new BadCursor(after.get(), null));
        }
        RunState state = ReconciliationStates.comparing(ended);
        RunLine line = new RunLine(
                RUN,
                7,
                4,
                RunMode.PLAN,
                ended ? RunPhase.ABORTED : RunPhase.COMPARING,
                state.abort(),
                "ada",
                Instant.EPOCH,
                state.endedAt(),
                3,
                new Comparisons(0, 2, 2, 0));
        return answer(empty ? new Page<>(List.of(), Optional.empty()) : new Page<>(List.of(line), Optional.of("6")));
    }

    /** The cursor is the number of findings before the page. */
    @Override
    public CompletionStage<Page<Finding>> findings(UUID runId, Filter filter, Optional<String> after, int limit) {
        queries.add(filter + " " + after + " " + limit);
        if (after.isPresent() && !after.get().matches("\\d")) {
            return CompletableFuture.failedFuture(new BadCursor(after.get(), null));
        }
        int first = after.map(Integer::parseInt).orElse(0);
        List<Finding> matching = all().stream()
                .filter(each -> filter.node().map(each.node()::equals).orElse(true))
                .filter(each -> filter.kind().map(each.kind()::equals).orElse(true))
                .filter(each -> filter.state().map(each.state()::equals).orElse(true))
                .toList();
        int end = Math.min(matching.size(), first + limit);
        return answer(new Page<>(
                matching.subList(Math.min(first, end), end),
                end < matching.size() ? Optional.of(String.valueOf(end)) : Optional.empty()));
    }

    @Override
    public CompletionStage<View> cancel(UUID runId, String by) {
        cancelledBy.add(by);
        return runId.equals(RUN)
                ? answer(view(runId))
                : CompletableFuture.failedFuture(
                        new RunRefused(RunRefused.Code.RUN_NOT_FOUND, "no run " + runId + "; look at the list"));
    }
}
