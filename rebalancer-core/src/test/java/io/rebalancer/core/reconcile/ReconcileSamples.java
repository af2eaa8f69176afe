package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** One sample of each event of reconciliation. */
public final class ReconcileSamples {
    public static final StorageNodeId NODE = new StorageNodeId("1.stor.example.com");
    public static final UUID RUN = new UUID(7, 1);
    private static final Instant AT = Instant.parse("2026-11-28T03:00:00Z");
    private static final CopyKey KEY = new CopyKey(new UUID(1, 2), new UUID(-3, 4));

    private ReconcileSamples() {}

    /** An order to compare one node. */
    public static RunOrder order() {
        return new RunOrder(
                RUN,
                12,
                RunMode.PLAN,
                List.of(NODE),
                Optional.empty(),
                "ann",
                Map.of(NODE, "3f0c"),
                true,
                Optional.empty());
    }

    /** A report with each member set. */
    public static NodeReport report() {
        return new NodeReport(
                NODE,
                Optional.of(AbortReason.COVERAGE_INCOMPLETE),
                "one directory could not be listed",
                "3f0c",
                Optional.of(AT),
                new Coverage(
                        10,
                        1L << 40,
                        Map.of(Unmanaged.SYMBOLIC_LINK, 2L),
                        List.of(new KeyRange(Optional.of(KEY), KEY)),
                        1,
                        List.of("owner: Permission denied")),
                11,
                Map.of(DriftKind.MISSING_COPY, 1L),
                new SkippedCounts(1, 2, 3, 4),
                new ContentCounts(5, 6, 7, 8),
                5000);
    }

    /** A report of repairs with each member set. */
    public static RepairReport repairs() {
        return new RepairReport(
                NODE,
                Optional.of(AbortReason.METADATA_UNAVAILABLE),
                "metadata shard 1 takes no writes",
                Map.of(Repair.QUARANTINE, new RepairCounts(1, 2, 3, 4, 5)));
    }

    /** An order to carry out a plan. */
    public static RunOrder actOrder() {
        return new RunOrder(
                RUN,
                13,
                RunMode.ACT,
                List.of(NODE),
                Optional.of(new UUID(7, 0)),
                "ann",
                Map.of(NODE, "3f0c"),
                true,
                Optional.of(new RepairScope(Set.of(Repair.QUARANTINE), List.of(NODE), AT)));
    }

    public static List<RunEvent> runEvents() {
        return List.of(
                new RunEvent.RunCreated(actOrder(), AT),
                new RunEvent.RunTakenOver(2, AT),
                new RunEvent.MetadataRead(List.of(new ShardCoverage(1, 100, 1, 90, false, AT, "no answer")), AT),
                new RunEvent.NodeCompared(report(), AT),
                new RunEvent.NodeRepaired(repairs(), AT),
                new RunEvent.RunFinished(AT),
                new RunEvent.RunAborted(AbortReason.CANCELED, "cancelled by ann", AT),
                new RunEvent.RunForgotten(AT));
    }

    public static List<ScheduleEvent> scheduleEvents() {
        return List.of(
                new ScheduleEvent.RunRegistered(actOrder(), AT),
                new ScheduleEvent.RunClosed(RUN, Map.of(NODE, "3f0c"), AT),
                new ScheduleEvent.TimesChanged("0 3 * * * Europe/Berlin", new UUID(3, 4), AT),
                new ScheduleEvent.RunScheduled(RUN, AT, 2, AT),
                new ScheduleEvent.RunEnded(
                        RUN, RunPhase.ABORTED, Optional.of(AbortReason.DEADLINE), "too long", List.of(NODE), AT),
                new ScheduleEvent.ActDecided(
                        RUN, new RecurringRuns.Act(Optional.of(new UUID(7, 2)), "nothing is to be repaired"), AT),
                new ScheduleEvent.TimeSkipped(AT, "an earlier run still works", AT),
                new ScheduleEvent.EndRecorded(new UUID(7, 3), AT));
    }

    /** The state after these events. */
    public static RunState after(List<RunEvent> events) {
        RunState state = RunState.EMPTY;
        for (RunEvent event : events) {
            state = state.apply(event);
        }
        return state;
    }
}
