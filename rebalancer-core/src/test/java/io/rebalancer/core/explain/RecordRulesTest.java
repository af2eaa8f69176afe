package io.rebalancer.core.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.RetryClass;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each place of a record gets its explanation, with the next step and what to do. */
class RecordRulesTest {
    private static final UUID JOB = new UUID(1, 1);
    private static final UUID OBJECT = new UUID(2, 2);
    private static final Instant AT = Instant.parse("2026-11-27T10:00:00Z");
    private static final CopyLocation LEAVING = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));
    private static final CopyLocation OTHER = new CopyLocation("dc2", new StorageNodeId("2.stor.d"));
    private static final RecordRef REF = new RecordRef(3, "/65e1/stor/logs/a");
    private static final FoundRecord ON_NODE = found(LEAVING, OTHER);

    private static FoundRecord found(CopyLocation... copies) {
        return new FoundRecord(
                REF,
                Optional.of(new MetadataRecord(
                        REF,
                        "1A2B3C4D",
                        OBJECT,
                        new UUID(3, 3),
                        5,
                        new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                        List.of(copies),
                        "{}")),
                "");
    }

    private static ExplainedJob job(JobEvent... after) {
        return job(List.of(), List.of(), after);
    }

    private static ExplainedJob job(List<JobWait> waits, List<String> excluded, JobEvent... after) {
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(LEAVING, 0, AT))
                .apply(new JobEvent.PassStarted(1, AT, PassScope.ALL_RECORDS));
        for (JobEvent event : after) {
            state = state.apply(event);
        }
        return new ExplainedJob(JOB, state.outline(), LEAVING.storageNode(), waits, excluded);
    }

    private static ExplainedJob ended(JobPhase phase) {
        return job(new JobEvent.JobEnded(phase, "", AT));
    }

    private static AttemptHistory left(Reason reason, int pass) {
        return new AttemptHistory(
                true,
                List.of(new Attempt(
                        pass,
                        Optional.of(AT),
                        Optional.empty(),
                        Optional.empty(),
                        UnmovedRecord.Kind.SKIPPED,
                        reason,
                        "detail")),
                1);
    }

    private static RecordExplanation explain(ExplainedJob job, FoundRecord found, AttemptHistory history) {
        return RecordRules.explain(job, found, history, Optional.empty());
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonHasARuleAndAChangeThatNoOtherReasonHas(Reason reason) {
        BlockingRule rule = BlockingRule.of(reason);
        assertThat(rule.rule()).endsWith(".").hasSizeGreaterThan(30);
        assertThat(rule.unblock()).endsWith(".").hasSizeGreaterThan(30);
        assertThat(Arrays.stream(Reason.values())
                        .filter(each -> BlockingRule.of(each).rule().equals(rule.rule())))
                .containsExactly(reason);
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionOfAnEndedJobNamesTheRetry(Reason reason) {
        RecordExplanation explained = explain(ended(JobPhase.DONE_WITH_EXCEPTIONS), ON_NODE, left(reason, 1));
        assertThat(explained.status()).isEqualTo(RecordStatus.EXCEPTION);
        assertThat(explained.rule()).isEqualTo(BlockingRule.of(reason).rule());
        assertThat(explained.next()).isEqualTo("Nothing: the job has ended as DONE_WITH_EXCEPTIONS.");
        assertThat(explained.unblock())
                .startsWith(BlockingRule.of(reason).unblock())
                .endsWith("rebalancer-adm job retry " + JOB);
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionOfARunningJobNamesWhenTheJobTriesAgain(Reason reason) {
        RecordExplanation explained = explain(job(), ON_NODE, left(reason, 1));
        boolean permanent = reason.retryClass() == RetryClass.PERMANENT;
        assertThat(explained.status()).isEqualTo(permanent ? RecordStatus.EXCEPTION : RecordStatus.WAITS_FOR_PASS);
        assertThat(explained.next())
                .contains(
                        switch (reason.retryClass()) {
                            case TRANSIENT -> "unless three passes";
                            case PRESSURE -> "evacuate.timeouts.full-destinations";
                            case PERMANENT -> "No pass follows";
                        });
    }

    @Test
    void betweenTwoPassesTheTimeOfTheNextOneIsNamed() {
        JobWait wait = new JobWait(JobWait.Cause.NEXT_PASS, AT, Optional.of(AT.plusSeconds(8)), "left 1 record");
        ExplainedJob waiting = job(List.of(wait), List.of(), new JobEvent.PassFinished(1, Optional.of(AT)));
        RecordExplanation explained = explain(waiting, ON_NODE, left(Reason.NO_DESTINATION, 1));
        assertThat(explained.status()).isEqualTo(RecordStatus.WAITS_FOR_PASS);
        assertThat(explained.next()).isEqualTo("Pass 2 tries the record again.");
        assertThat(explained.nextAt()).contains(AT.plusSeconds(8));
    }

    @Test
    void anExceptionOfAnEarlierPassIsTriedInThisOneAndTheWaitsOfTheJobAreNamed() {
        JobWait wait = new JobWait(JobWait.Cause.SPACE_BROKER_SILENT, AT, Optional.empty(), "3 objects wait");
        ExplainedJob second = job(
                List.of(wait),
                List.of(),
                new JobEvent.PassFinished(1, Optional.of(AT)),
                new JobEvent.PassStarted(2, AT, PassScope.UNMOVED_RECORDS));
        assertThat(explain(second, ON_NODE, left(Reason.MD5_MISMATCH, 1)).next())
                .contains("Pass 2 runs", "SPACE_BROKER_SILENT (3 objects wait)");
    }

    @Test
    void aRecordThatLeftTheNodeNamesItsCopies() {
        RecordExplanation explained = explain(job(), found(OTHER), left(Reason.NO_DESTINATION, 1));
        assertThat(explained.status()).isEqualTo(RecordStatus.NOT_ON_NODE);
        assertThat(explained.next()).contains("does not name 1.stor.d", "2.stor.d (dc2)");
        assertThat(explained.rule()).isEmpty();
        assertThat(explained.history().attempts()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void anObjectInFlightNamesItsAgentAndWhatFollows(AssignmentState state) {
        ObjectInFlight inFlight = new ObjectInFlight(OBJECT, new UUID(4, 4), OTHER, state, Optional.of(AT));
        RecordExplanation explained =
                RecordRules.explain(job(), ON_NODE, left(Reason.NO_DESTINATION, 1), Optional.of(inFlight));
        assertThat(explained.status()).isEqualTo(RecordStatus.IN_FLIGHT);
        assertThat(explained.inFlight()).contains(inFlight);
        assertThat(explained.next()).contains("2.stor.d");

        RecordExplanation held = RecordRules.explain(
                job(new JobEvent.JobPausing(AT), new JobEvent.JobPaused(List.of(), AT)),
                ON_NODE,
                AttemptHistory.NONE,
                Optional.of(inFlight));
        assertThat(held.next()).startsWith("Nothing until the job is resumed");
        assertThat(held.unblock()).contains("rebalancer-adm job resume " + JOB);
    }

    @Test
    void anExcludedKeyNamesTheSetting() {
        RecordExplanation explained = explain(job(List.of(), List.of("/logs/")), ON_NODE, AttemptHistory.NONE);
        assertThat(explained.status()).isEqualTo(RecordStatus.EXCLUDED);
        assertThat(explained.unblock()).contains("evacuate.exclude-keys-containing");
    }

    @Test
    void aRowThatCannotBeReadNamesItsFaultAndKeepsItsAttempts() {
        FoundRecord unreadable = new FoundRecord(REF, Optional.empty(), "owner is missing");
        assertThat(explain(job(), unreadable, AttemptHistory.NONE))
                .returns(RecordStatus.UNREADABLE, RecordExplanation::status)
                .satisfies(each -> assertThat(each.rule()).contains("owner is missing"));
        assertThat(explain(job(), unreadable, left(Reason.BAD_MANTA_OBJECT, 1)).status())
                .isEqualTo(RecordStatus.EXCEPTION);
    }

    /** The phases of a job, reached by its events. */
    private static List<ExplainedJob> allPhases() {
        List<ExplainedJob> jobs = new ArrayList<>(List.of(
                job(),
                job(new JobEvent.PassFinished(1, Optional.of(AT))),
                job(new JobEvent.PassFinished(1, Optional.of(AT)), new JobEvent.VerificationStarted(AT)),
                job(new JobEvent.JobFailing("broken", AT)),
                job(new JobEvent.JobCancelling(AT)),
                job(new JobEvent.JobPausing(AT)),
                job(new JobEvent.JobPausing(AT), new JobEvent.JobPaused(List.of(), AT)),
                job(new JobEvent.WindowClosing(AT)),
                job(new JobEvent.WindowClosing(AT), new JobEvent.WindowClosed(List.of(), AT)),
                job(new JobEvent.JobStalled("no agent answers", AT))));
        Arrays.stream(JobPhase.values()).filter(JobPhase::terminal).forEach(phase -> jobs.add(ended(phase)));
        return jobs;
    }

    @Test
    void everyPhaseHasANextStepForARecordThatTheJobHasNotMet() {
        assertThat(allPhases()).hasSize(JobPhase.values().length - 2);
        for (ExplainedJob job : allPhases()) {
            RecordExplanation explained = explain(job, ON_NODE, AttemptHistory.NONE);
            assertThat(explained.status()).isEqualTo(RecordStatus.NOT_REACHED);
            assertThat(explained.next()).as("%s", job.state().phase()).endsWith(".");
            assertThat(explained.unblock()).as("%s", job.state().phase()).isNotBlank();
            assertThat(explain(job, ON_NODE, left(Reason.NO_DESTINATION, 1)).next())
                    .as("%s", job.state().phase())
                    .endsWith(".");
        }
        assertThat(explain(ended(JobPhase.DONE), ON_NODE, AttemptHistory.NONE).unblock())
                .contains("Find out what wrote the record", "rebalancer-adm job retry");
    }

    @Test
    void anObjectWithoutARecordIsDistinguishedFromShardsWithoutAnAnswer() {
        assertThat(ObjectExplanation.missing(JOB, "/poseidon/stor/x", Map.of(), Map.of()))
                .satisfies(each -> assertThat(each.next()).startsWith("Nothing"))
                .satisfies(each -> assertThat(each.unblock()).contains("UUID of its account, not with the login"));
        assertThat(ObjectExplanation.missing(JOB, "x", Map.of(), Map.of(2, "away"))
                        .next())
                .startsWith("Not known");
    }
}
