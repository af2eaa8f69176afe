package io.rebalancer.core.reconcile;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Decides what a command makes of a run. Pure; a command that no longer fits changes nothing. */
public final class RunRules {
    private RunRules() {}

    /** The events of a command; none if it was carried out before or comes too late. */
    public static List<RunEvent> decide(RunState run, RunCommand command, Instant now) {
        if (command instanceof RunCommand.Create create) {
            return run.phase() == RunPhase.NONE ? List.of(new RunEvent.RunCreated(create.order(), now)) : List.of();
        }
        if (command instanceof RunCommand.Forget forget) {
            return run.endedAt().filter(forget.endedBefore()::isAfter).isPresent()
                    ? List.of(new RunEvent.RunForgotten(now))
                    : List.of();
        }
        if (!run.isActive()) {
            return List.of();
        }
        if (command instanceof RunCommand.TakeOver) {
            return List.of(new RunEvent.RunTakenOver(run.epoch() + 1, now));
        }
        if (command instanceof RunCommand.ReportMetadata report) {
            return onMetadata(run, report, now);
        }
        if (command instanceof RunCommand.ReportNode report) {
            return onNode(run, report.report(), now);
        }
        if (command instanceof RunCommand.ReportRepairs report) {
            return onRepairs(run, report.report(), now);
        }
        RunCommand.Abort abort = (RunCommand.Abort) command;
        return List.of(new RunEvent.RunAborted(abort.reason(), abort.detail(), now));
    }

    private static List<RunEvent> onMetadata(RunState run, RunCommand.ReportMetadata report, Instant now) {
        if (run.phase() != RunPhase.READING_METADATA) {
            return List.of();
        }
        if (report.shards().stream().noneMatch(ShardCoverage::complete)) {
            return List.of(new RunEvent.RunAborted(
                    AbortReason.METADATA_UNAVAILABLE,
                    "no shard could be read completely: "
                            + report.shards().stream()
                                    .findFirst()
                                    .map(shard -> "shard " + shard.shard() + ": " + shard.fault())
                                    .orElse("there are no shards")
                            + ". Nothing was compared; begin another run when the shards answer",
                    now));
        }
        return withEnd(run, new RunEvent.MetadataRead(report.shards(), now), now);
    }

    private static List<RunEvent> onNode(RunState run, NodeReport report, Instant now) {
        boolean expected = run.phase() == RunPhase.COMPARING && run.nodesLeft().contains(report.node());
        return expected ? withEnd(run, new RunEvent.NodeCompared(report, now), now) : List.of();
    }

    private static List<RunEvent> onRepairs(RunState run, RepairReport report, Instant now) {
        boolean expected = run.phase() == RunPhase.ACTING && run.nodesLeft().contains(report.node());
        return expected ? withEnd(run, new RunEvent.NodeRepaired(report, now), now) : List.of();
    }

    /** A run ends with its last node; a run that was taken over after its last node ends when the metadata is read. */
    private static List<RunEvent> withEnd(RunState run, RunEvent event, Instant now) {
        return Optional.of(run.apply(event))
                .filter(next -> next.nodesLeft().isEmpty())
                .map(next -> List.of(event, new RunEvent.RunFinished(now)))
                .orElse(List.of(event));
    }
}
