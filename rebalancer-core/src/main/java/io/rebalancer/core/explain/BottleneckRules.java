package io.rebalancer.core.explain;

import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.UnmovedCounts;
import io.rebalancer.core.settings.SettingName;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names the one stage that limits a job. The stages are a pipeline: records pile up in front of the slowest. If no
 * assignment may be added, the larger pile shows it; otherwise the stages that fill the pipeline are too slow.
 */
final class BottleneckRules {

    private BottleneckRules() {}

    /** @param figures what was measured */
    record Finding(Bottleneck bottleneck, String figures, String advice) {}

    static Finding of(MeasuredJob job) {
        return switch (job.state().phase()) {
            case NONE, SETUP -> none("the job has not begun");
            case RUNNING, STALLED -> running(job);
            case WAITING -> waiting(job.state().unmoved());
            case VERIFYING -> verifying(job);
            case PAUSING, PAUSED -> none("the job is " + job.state().phase());
            case CLOSING_WINDOW, WAITING_WINDOW ->
                new Finding(
                        Bottleneck.WINDOW,
                        "the window in which the job may work is closed",
                        WaitRules.unblock(JobWait.Cause.WINDOW));
            case FAILING, CANCELLING -> ending(job);
            case DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED, FAILED, CANCELLED ->
                none("the job has ended as " + job.state().phase());
        };
    }

    private static Finding none(String figures) {
        return new Finding(Bottleneck.NONE, figures, "Nothing has to be done about the speed of the job.");
    }

    private static Finding running(MeasuredJob job) {
        boolean empty = job.toCopy() + job.toCommit() == 0;
        if (job.isFull() && job.isClamped()) {
            return new Finding(
                    Bottleneck.CAP,
                    "settings allow " + job.bound() + " assignments in flight, and " + job.configuredInFlight()
                            + " are configured; " + pipeline(job),
                    "See what lowers the number: rebalancer-adm settings get --job.");
        }
        if (job.isFull() || (job.plansNothing() || job.isLimitReached()) && !empty) {
            return job.toCommit() > job.toCopy() ? commits(job) : agents(job);
        }
        if (job.isLimitReached()) {
            return new Finding(
                    Bottleneck.CAP,
                    "the order allows "
                            + job.state()
                                    .order()
                                    .map(order -> order.maxRecords())
                                    .orElse(0L)
                            + " records, and the job has taken them on; " + pipeline(job),
                    "Create a job without a limit for the others.");
        }
        Optional<JobWait> cap = firstWait(job, Bottleneck.CAP);
        if (cap.isPresent()) {
            return new Finding(
                    Bottleneck.CAP,
                    cap.get().detail() + "; " + pipeline(job),
                    WaitRules.unblock(cap.get().cause()));
        }
        Optional<JobWait> placement = firstWait(job, Bottleneck.PLACEMENT);
        if (placement.isPresent()) {
            return new Finding(
                    Bottleneck.PLACEMENT,
                    "objects wait for a destination: " + placement.get().detail() + "; " + pipeline(job),
                    WaitRules.unblock(placement.get().cause()));
        }
        return scan(job);
    }

    private static Finding scan(MeasuredJob job) {
        Optional<JobWait> shard = firstWait(job, Bottleneck.SCAN);
        return new Finding(
                Bottleneck.SCAN,
                "fewer assignments are in flight than allowed, and none of their records pile up"
                        + shard.map(wait -> "; " + wait.detail()).orElse("") + "; " + pipeline(job),
                shard.map(wait -> WaitRules.unblock(wait.cause()))
                        .orElse("Raise evacuate.scan-chunk or evacuate.scan.max-shards-at-a-time, or use scan-with ="
                                + " postgres, if the shards have capacity."));
    }

    private static Finding agents(MeasuredJob job) {
        return new Finding(
                Bottleneck.AGENTS,
                job.toCopy() + " records wait for copies, " + job.toCommit() + " for their commit; " + pipeline(job),
                firstWait(job, Bottleneck.AGENTS)
                        .map(wait -> wait.detail() + ". " + WaitRules.unblock(wait.cause()))
                        .orElse("Raise the agents' bytes-per-second or parallel-fetches if their disks and sources have"
                                + " capacity, or evacuate.max-assignments-in-flight so that more agents work at a"
                                + " time."));
    }

    private static Finding commits(MeasuredJob job) {
        String figures =
                job.toCommit() + " records wait for their commit, " + job.toCopy() + " for copies; " + pipeline(job);
        Optional<JobWait> shard = firstWait(job, Bottleneck.COMMITS);
        int chosen = job.state()
                .settings()
                .find(SettingName.COMMIT_PARALLELISM)
                .map(each -> Math.toIntExact(each.value()))
                .orElse(job.commitParallelism());
        if (shard.isEmpty() && chosen < job.commitParallelism()) {
            return new Finding(
                    Bottleneck.CAP,
                    "an operator set the commit parallelism to " + chosen + ", configured are "
                            + job.commitParallelism() + "; " + figures,
                    "Raise it: PATCH /api/v1/jobs/ID/settings.");
        }
        return new Finding(
                Bottleneck.COMMITS,
                figures,
                shard.map(wait -> wait.detail() + ". " + WaitRules.unblock(wait.cause()))
                        .orElse("Raise the commit parallelism (PATCH /api/v1/jobs/ID/settings, now " + chosen
                                + ") or evacuate.commit-batch, if the shards have capacity."));
    }

    /** Between two passes nothing is slow: the records that are left wait for a cause to disappear. */
    private static Finding waiting(UnmovedCounts unmoved) {
        Map<Bottleneck, Long> byStage = new EnumMap<>(Bottleneck.class);
        BlockerRules.byReason(unmoved)
                .forEach((reason, count) -> byStage.merge(WaitRules.stage(reason), count, Long::sum));
        return byStage.entrySet().stream()
                .max(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .map(each -> new Finding(
                        each.getKey(),
                        each.getValue() + " of " + unmoved.total() + " unmoved records wait for this stage",
                        "Remove the reasons of the unmoved records, the most frequent first."))
                .orElseGet(() -> none("the next pass scans all shards, because a verification found records"));
    }

    private static Finding verifying(MeasuredJob job) {
        Optional<JobWait> others = job.waiting().stream()
                .filter(wait -> wait.cause() == JobWait.Cause.OTHER_JOBS)
                .findFirst();
        if (others.isPresent()) {
            return new Finding(
                    Bottleneck.NONE,
                    "the verification has not begun: " + others.get().detail(),
                    WaitRules.unblock(JobWait.Cause.OTHER_JOBS));
        }
        String figures = job.verifying()
                .map(each -> each.verified() + " of " + each.shards() + " shards are verified, " + each.rowsRead()
                        + " rows read")
                .orElse("the verification begins");
        return new Finding(
                Bottleneck.SCAN,
                figures,
                firstWait(job, Bottleneck.SCAN)
                        .map(wait -> wait.detail() + ". " + WaitRules.unblock(wait.cause()))
                        .orElse("Raise evacuate.scan-chunk or evacuate.scan.max-shards-at-a-time if the shards have"
                                + " capacity."));
    }

    private static Finding ending(MeasuredJob job) {
        if (job.toCommit() > 0) {
            return commits(job);
        }
        return job.toCopy() > 0 || job.state().releasesPending() > 0
                ? new Finding(
                        Bottleneck.AGENTS,
                        job.state().assignments().size()
                                + " assignments have not ended, and agents have not acknowledged "
                                + job.state().releasesPending() + " releases",
                        WaitRules.unblock(JobWait.Cause.RELEASE))
                : none("the job is " + job.state().phase());
    }

    private static Optional<JobWait> firstWait(MeasuredJob job, Bottleneck stage) {
        List<JobWait> waits = job.waiting();
        return waits.stream()
                .filter(wait -> WaitRules.stage(wait.cause(), job.toCommit() > 0) == stage)
                .min(Comparator.comparing(JobWait::since));
    }

    private static String pipeline(MeasuredJob job) {
        StageRates rates = job.rates();
        String measured = rates.seconds() == 0
                ? "the rates are not measured yet"
                : "in " + rates.seconds() + " s: scanned rows " + rates.rate(rates.scannedRows()) + ", placed "
                        + rates.rate(rates.placed()) + ", copied " + rates.rate(rates.copied()) + ", committed "
                        + rates.rate(rates.committed());
        return job.state().assignments().size() + " of " + job.bound() + " assignments in flight; " + measured;
    }
}
