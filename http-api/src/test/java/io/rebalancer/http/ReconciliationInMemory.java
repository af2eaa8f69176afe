package io.rebalancer.http;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.port.ReconciliationFindings.Comparisons;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ShardCoverage;
import io.rebalancer.core.reconcile.SkippedCounts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** One run that has compared two of three storage nodes, with two findings, and a failure that a test chooses. */
public final class ReconciliationInMemory implements ReconciliationService {
    public static final UUID RUN = UUID.fromString("77777777-7777-4777-8777-777777777777");
    public static final UUID OWNER = UUID.fromString("99999999-9999-4999-8999-999999999999");
    public static final StorageNodeId COMPARED = new StorageNodeId("1.stor.us-east.example.com");
    private static final StorageNodeId UNKNOWN = new StorageNodeId("2.stor.us-east.example.com");
    private static final StorageNodeId LEFT = new StorageNodeId("3.stor.us-east.example.com");
    private static final String SHARD_FAULT = "shard 2 did not answer for 10 min";

    /** What was ordered, oldest first. */
    public final List<NewRun> begun = new CopyOnWriteArrayList<>();

    /** Who cancelled the run. */
    public final List<String> cancelledBy = new CopyOnWriteArrayList<>();

    /** What was listed, with each parameter. */
    public final List<String> queries = new CopyOnWriteArrayList<>();

    /** Whether runs can be ordered. */
    public boolean enabled = true;

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
        failure = Optional.empty();
        detail = "the record names the node, and the file is not there";
        ended = false;
        empty = false;
        acted.clear();
        restored.clear();
        restoreResult = NodeInventory.Restore.RESTORED;
    }

    private RunState state() {
        RunState state = RunState.EMPTY
                .apply(new RunEvent.RunCreated(
                        new RunOrder(
                                RUN,
                                7,
                                RunMode.PLAN,
                                List.of(COMPARED, UNKNOWN, LEFT),
                                Optional.empty(),
                                "ada",
                                Map.of(),
                                false,
                                Optional.empty()),
                        Instant.EPOCH))
                .apply(new RunEvent.MetadataRead(
                        List.of(
                                new ShardCoverage(1, 1000, 0, 4000, true, Instant.EPOCH.plusSeconds(1), ""),
                                new ShardCoverage(2, 500, 3, 900, false, Instant.EPOCH.plusSeconds(2), SHARD_FAULT)),
                        Instant.EPOCH.plusSeconds(60)))
                .apply(new RunEvent.NodeCompared(compared(), Instant.EPOCH.plusSeconds(90)))
                .apply(new RunEvent.NodeCompared(
                        NodeReport.unknown(
                                UNKNOWN,
                                AbortReason.NODE_IDENTITY_MISMATCH,
                                "the object root is another one than before"),
                        Instant.EPOCH.plusSeconds(91)));
        return ended
                ? state.apply(new RunEvent.RunAborted(
                        AbortReason.CANCELED, "cancelled by ada", Instant.EPOCH.plusSeconds(120)))
                : state;
    }

    private static NodeReport compared() {
        return new NodeReport(
                COMPARED,
                Optional.of(AbortReason.COVERAGE_INCOMPLETE),
                "not all rows were read, so no file counts as an orphan",
                "root-1",
                Optional.of(Instant.EPOCH.plusSeconds(61)),
                new Coverage(
                        900,
                        123_456,
                        Map.of(Unmanaged.RESERVED, 4L, Unmanaged.V2_OBJECT, 2L),
                        List.of(KeyRange.ALL),
                        1,
                        List.of(OWNER + ": permission denied")),
                901,
                Map.of(DriftKind.MISSING_COPY, 1L, DriftKind.SIZE_MISMATCH, 1L),
                new SkippedCounts(1, 2, 3, 4),
                new ContentCounts(3, 30, 1, 2),
                5_000);
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
    public CompletionStage<UUID> begin(NewRun run) {
        begun.add(run);
        return answer(RUN);
    }

    /** The plans that were carried out. */
    public final List<NewRepairs> acted = new CopyOnWriteArrayList<>();

    /** What was restored, as {@code node item}. */
    public final List<String> restored = new CopyOnWriteArrayList<>();

    /** The result of each restore. */
    public NodeInventory.Restore restoreResult = NodeInventory.Restore.RESTORED;

    @Override
    public CompletionStage<UUID> act(NewRepairs repairs) {
        acted.add(repairs);
        return answer(RUN);
    }

    @Override
    public CompletionStage<NodeInventory.QuarantinePage> quarantined(
            StorageNodeId node, Optional<String> after, int limit) {
        queries.add("quarantine " + node + " " + after + " " + limit);
        QuarantinedCopy item = new QuarantinedCopy(
                "55555555-5555-4555-8555-555555555555",
                OWNER + "/" + new UUID(0, 1),
                Optional.of(new CopyKey(OWNER, new UUID(0, 1))),
                "orphan",
                Instant.EPOCH,
                10,
                Optional.of(RUN));
        return answer(new NodeInventory.QuarantinePage(List.of(item), after.isEmpty()));
    }

    @Override
    public CompletionStage<NodeInventory.Restore> restore(StorageNodeId node, String item) {
        restored.add(node + " " + item);
        return answer(restoreResult);
    }

    @Override
    public CompletionStage<Optional<View>> get(UUID runId) {
        return CompletableFuture.completedFuture(runId.equals(RUN) ? Optional.of(view()) : Optional.empty());
    }

    private View view() {
        return new View(RUN, state(), 4, ended ? "" : "compares " + LEFT);
    }

    @Override
    public CompletionStage<Page<RunLine>> runs(ListOrder order, Optional<String> after, int limit) {
        queries.add(order + " " + after + " " + limit);
        if (after.isPresent()) {
            return CompletableFuture.failedFuture(new BadCursor(after.get(), null));
        }
        RunState state = state();
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
                ? answer(view())
                : CompletableFuture.failedFuture(
                        new RunRefused(RunRefused.Code.RUN_NOT_FOUND, "no run " + runId + "; look at the list"));
    }
}
