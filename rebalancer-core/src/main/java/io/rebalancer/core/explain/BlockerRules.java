package io.rebalancer.core.explain;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.UnmovedCounts;
import io.rebalancer.core.evacuate.Verification;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.text.StableWord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ranks what holds a job. The bottleneck is named by {@link BottleneckRules}. */
public final class BlockerRules {

    private BlockerRules() {}

    /** All blockers of a job, and its bottleneck. */
    public static JobBlockers of(MeasuredJob job) {
        List<Blocker> blockers = new ArrayList<>();
        phase(job.state().phase(), job.state().reason()).ifPresent(blockers::add);
        if (!job.state().phase().terminal()) {
            job.waiting().stream()
                    .sorted(Comparator.comparing(JobWait::since))
                    .map(wait -> ofWait(wait, job.toCommit() > 0))
                    .forEach(blockers::add);
        }
        blockers.addAll(ofReasons(job.state().unmoved()));
        blockers.addAll(ofRows(job.state()));
        BottleneckRules.Finding found = BottleneckRules.of(job);
        return new JobBlockers(
                job.state().phase(), found.bottleneck(), found.figures(), found.advice(), job.rates(), blockers);
    }

    /** What stops the whole job. */
    private static Optional<Blocker> phase(JobPhase phase, String reason) {
        return switch (phase) {
            case PAUSING, PAUSED ->
                ofPhase(
                        phase,
                        "an operator paused the job; nothing is written for it",
                        "Resume it: rebalancer-adm job resume.");
            case CLOSING_WINDOW, WAITING_WINDOW ->
                Optional.of(new Blocker(
                        Bottleneck.WINDOW,
                        StableWord.of(phase),
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        "the window in which the job may work is closed; nothing is written for it",
                        WaitRules.unblock(JobWait.Cause.WINDOW)));
            case STALLED -> ofPhase(phase, reason, "Remove what the job waits for, as listed below.");
            case FAILING ->
                ofPhase(
                        phase,
                        "the job can't continue, and ends: " + reason,
                        "Remove its reason, and retry it afterwards.");
            case FAILED -> ofPhase(phase, "the job failed: " + reason, "Remove its reason, and retry it.");
            case CANCELLING ->
                ofPhase(phase, "an operator cancelled the job, and it ends", "Nothing: it can't be undone.");
            case NONE, SETUP, RUNNING, WAITING, VERIFYING, DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED, CANCELLED ->
                Optional.empty();
        };
    }

    private static Optional<Blocker> ofPhase(JobPhase phase, String detail, String unblock) {
        return Optional.of(new Blocker(
                Bottleneck.NONE, StableWord.of(phase), Optional.empty(), Optional.empty(), 0, detail, unblock));
    }

    private static Blocker ofWait(JobWait wait, boolean commitsWait) {
        return new Blocker(
                WaitRules.stage(wait.cause(), commitsWait),
                StableWord.of(wait.cause()),
                Optional.of(wait.since()),
                wait.until(),
                0,
                wait.detail(),
                WaitRules.unblock(wait.cause()));
    }

    private static List<Blocker> ofReasons(UnmovedCounts unmoved) {
        return byReason(unmoved).entrySet().stream()
                .sorted(Map.Entry.<Reason, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(each -> ofReason(each.getKey(), each.getValue()))
                .toList();
    }

    /** Rows of the node that no pass moves; because of them a job ends as DONE_WITH_EXCEPTIONS. */
    private static List<Blocker> ofRows(JobOutline state) {
        VerifiedRows found = state.verification().map(Verification::rows).orElse(VerifiedRows.NONE);
        List<Blocker> blockers = new ArrayList<>();
        addRows(
                blockers,
                "excluded_records",
                Math.max(found.excluded(), state.scan().excluded()),
                "records are excluded by evacuate.exclude-keys-containing, so no job moves them",
                "Remove the texts from the setting, and retry the job.");
        addRows(
                blockers,
                "unreadable_rows",
                found.unreadable(),
                "rows mention the node and can't be read as metadata records",
                "Repair or delete these rows, and retry the job.");
        addRows(
                blockers,
                "multipart_uploads",
                found.uploads(),
                "multipart uploads will write to the node",
                "Finish or abort the uploads, and retry the job.");
        return blockers;
    }

    private static void addRows(List<Blocker> blockers, String cause, long rows, String detail, String unblock) {
        if (rows > 0) {
            blockers.add(new Blocker(
                    Bottleneck.NONE,
                    cause,
                    Optional.empty(),
                    Optional.empty(),
                    rows,
                    rows + " " + detail + ".",
                    unblock));
        }
    }

    private static Blocker ofReason(Reason reason, long records) {
        BlockingRule rule = BlockingRule.of(reason);
        return new Blocker(
                WaitRules.stage(reason),
                StableWord.of(reason),
                Optional.empty(),
                Optional.empty(),
                records,
                records + " records: " + rule.rule(),
                rule.unblock());
    }

    /** Skipped and failed records together. */
    static Map<Reason, Long> byReason(UnmovedCounts unmoved) {
        Map<Reason, Long> counts = new EnumMap<>(Reason.class);
        unmoved.skippedBy().forEach((reason, count) -> counts.merge(reason, count, Long::sum));
        unmoved.failedBy().forEach((reason, count) -> counts.merge(reason, count, Long::sum));
        return counts;
    }
}
