package io.rebalancer.http;

import static io.rebalancer.http.ReconciliationInMemory.ACTING;
import static io.rebalancer.http.ReconciliationInMemory.COMPARED;
import static io.rebalancer.http.ReconciliationInMemory.OWNER;
import static io.rebalancer.http.ReconciliationInMemory.PLAN;
import static io.rebalancer.http.ReconciliationInMemory.RUN;

import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RecurringRuns;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleStatus;
import io.rebalancer.core.reconcile.ShardCoverage;
import io.rebalancer.core.reconcile.SkippedCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The states of the runs of {@link ReconciliationInMemory}. */
public final class ReconciliationStates {
    /** A schedule whose last run has ended; its plan is being carried out. */
    public static final ScheduleStatus SCHEDULE = new ScheduleStatus(
            "0 1 * * *",
            "Europe/Berlin",
            RunMode.PLAN,
            false,
            Set.of(Repair.COPY_AGAIN),
            Optional.of(Instant.parse("2026-11-29T00:11:30Z")),
            Optional.empty(),
            Optional.of(new RecurringRuns.ScheduledRun(
                    ReconciliationInMemory.PLAN,
                    Instant.parse("2026-11-28T00:00:00Z"),
                    Instant.parse("2026-11-28T00:21:07Z"),
                    0,
                    Optional.of(new RecurringRuns.End(
                            RunPhase.FINISHED, Optional.empty(), "", Instant.parse("2026-11-28T02:30:00Z"))),
                    Optional.of(new RecurringRuns.Act(Optional.of(ReconciliationInMemory.ACTING), "")))),
            Optional.empty());

    /** A schedule that is switched off, whose last run was ended early, and which left a time out. */
    public static final ScheduleStatus NO_SCHEDULE = new ScheduleStatus(
            "",
            "UTC",
            RunMode.PLAN,
            false,
            Set.of(Repair.COPY_AGAIN),
            Optional.empty(),
            Optional.of(new ScheduleStatus.Idle(
                    ScheduleStatus.IdleReason.OFF,
                    "no schedule is set; set rebalancer.reconcile.schedule.cron on all managers")),
            Optional.of(new RecurringRuns.ScheduledRun(
                    ReconciliationInMemory.PLAN,
                    Instant.parse("2026-11-28T00:00:00Z"),
                    Instant.parse("2026-11-28T00:21:07Z"),
                    2,
                    Optional.of(new RecurringRuns.End(
                            RunPhase.ABORTED,
                            Optional.of(AbortReason.DEADLINE),
                            "the run took longer than rebalancer.reconcile.max-duration",
                            Instant.parse("2026-11-28T12:21:07Z"))),
                    Optional.of(new RecurringRuns.Act(Optional.empty(), "the plan ended early; order a new plan")))),
            Optional.of(new RecurringRuns.SkippedTime(
                    Instant.parse("2026-11-27T00:00:00Z"), "an earlier run still works; wait until it ends")));

    public static final StorageNodeId UNKNOWN = new StorageNodeId("2.stor.us-east.example.com");
    public static final StorageNodeId LEFT = new StorageNodeId("3.stor.us-east.example.com");
    /** When the plan ended. */
    public static final Instant PLANNED_AT = TokensInMemory.START.minus(Duration.ofHours(1));

    private static final ShardCoverage SHARD =
            new ShardCoverage(1, 1000, 0, 4000, true, Instant.EPOCH.plusSeconds(1), "");
    private static final ShardCoverage FAULTY_SHARD =
            new ShardCoverage(2, 500, 3, 900, false, Instant.EPOCH.plusSeconds(2), "shard 2 did not answer for 10 min");

    private ReconciliationStates() {}

    private static RunState created(UUID id, RunMode mode, Optional<UUID> plan, Optional<RepairScope> repairs) {
        return RunState.EMPTY.apply(new RunEvent.RunCreated(
                new RunOrder(id, 7, mode, List.of(COMPARED, UNKNOWN, LEFT), plan, "ada", Map.of(), false, repairs),
                Instant.EPOCH));
    }

    /** A run that has compared two of three storage nodes, or that was cancelled then. */
    static RunState comparing(boolean ended) {
        RunState state = created(RUN, RunMode.PLAN, Optional.empty(), Optional.empty())
                .apply(new RunEvent.MetadataRead(List.of(SHARD, FAULTY_SHARD), Instant.EPOCH.plusSeconds(60)))
                .apply(new RunEvent.NodeCompared(comparedInPart(), Instant.EPOCH.plusSeconds(90)))
                .apply(new RunEvent.NodeCompared(unknown(), Instant.EPOCH.plusSeconds(91)));
        return ended
                ? state.apply(new RunEvent.RunAborted(
                        AbortReason.CANCELED, "cancelled by ada", Instant.EPOCH.plusSeconds(120)))
                : state;
    }

    private static NodeReport unknown() {
        return NodeReport.unknown(
                UNKNOWN, AbortReason.NODE_IDENTITY_MISMATCH, "the object root is another one than before");
    }

    private static NodeReport comparedInPart() {
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

    /** A plan that has finished: all is possible on the first node, nothing on the second, and the breaker of the third tripped. */
    static RunState plan() {
        return created(PLAN, RunMode.PLAN, Optional.empty(), Optional.empty())
                .apply(new RunEvent.MetadataRead(List.of(SHARD), PLANNED_AT.minusSeconds(60)))
                .apply(new RunEvent.NodeCompared(
                        complete(
                                COMPARED,
                                Optional.empty(),
                                "",
                                Map.of(
                                        DriftKind.MISSING_COPY, 2L,
                                        DriftKind.SIZE_MISMATCH, 1L,
                                        DriftKind.UNDER_REPLICATED, 4L,
                                        DriftKind.ORPHAN_FILE, 5L,
                                        DriftKind.MISPLACED, 6L)),
                        PLANNED_AT))
                .apply(new RunEvent.NodeCompared(unknown(), PLANNED_AT))
                .apply(new RunEvent.NodeCompared(
                        complete(
                                LEFT,
                                Optional.of(AbortReason.BREAKER),
                                "400 of 1,000 copies are missing",
                                Map.of(DriftKind.MISSING_COPY, 400L)),
                        PLANNED_AT))
                .apply(new RunEvent.RunFinished(PLANNED_AT));
    }

    private static NodeReport complete(
            StorageNodeId node, Optional<AbortReason> fault, String detail, Map<DriftKind, Long> found) {
        return new NodeReport(
                node,
                fault,
                detail,
                "root-1",
                Optional.of(PLANNED_AT.minusSeconds(50)),
                new Coverage(900, 123_456, Map.of(), List.of(), 0, List.of()),
                901,
                found,
                SkippedCounts.NONE,
                ContentCounts.NONE,
                5_000);
    }

    /** A run that has repaired two of three storage nodes. */
    static RunState acting() {
        RepairScope scope = new RepairScope(
                Set.of(Repair.QUARANTINE, Repair.COPY_AGAIN, Repair.ADD_COPY), List.of(COMPARED), PLANNED_AT);
        return created(ACTING, RunMode.ACT, Optional.of(PLAN), Optional.of(scope))
                .apply(new RunEvent.NodeRepaired(
                        new RepairReport(
                                COMPARED,
                                Optional.of(AbortReason.REPAIRS_FAILED),
                                "no file was moved, because 1 copies could not be repaired; the findings have the reasons",
                                Map.of(
                                        Repair.COPY_AGAIN, new RepairCounts(1, 2, 1, 0, 0),
                                        Repair.QUARANTINE, new RepairCounts(0, 0, 0, 0, 5))),
                        Instant.EPOCH.plusSeconds(60)))
                .apply(new RunEvent.NodeRepaired(
                        new RepairReport(
                                UNKNOWN,
                                Optional.empty(),
                                "",
                                Map.of(Repair.ADD_COPY, new RepairCounts(4, 0, 0, 3, 0))),
                        Instant.EPOCH.plusSeconds(61)));
    }
}
