package io.rebalancer.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.json.InvalidJson;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegistryEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which events are decisions about many objects, and what their entries state. */
class SystemDecisionTest {
    private static final UUID JOB = new UUID(0, 1);
    private static final Instant AT = Instant.parse("2026-11-27T10:00:00Z");
    private static final CopyLocation NODE = new CopyLocation("dc1", new StorageNodeId("1.stor.d"));
    private static final Assignment ASSIGNMENT =
            new Assignment(new UUID(0, 2), new CopyLocation("dc2", new StorageNodeId("2.stor.d")), List.of());

    private static Optional<SystemDecision> of(JobEvent event) {
        return SystemDecision.of(JOB, event, Optional.of(ASSIGNMENT), AT);
    }

    private static void assertJob(JobEvent event, String action, Map<String, String> parameters) {
        SystemDecision decision = of(event).orElseThrow();
        assertThat(decision.action()).isEqualTo(action);
        assertThat(decision.subject()).isEqualTo(JOB.toString());
        assertThat(decision.parameters())
                .containsAllEntriesOf(parameters)
                .containsEntry("at", AT.toString())
                .hasSize(parameters.size() + 1);
    }

    @Test
    void stepsOfAJobAreDecisions() {
        assertJob(new JobEvent.IncarnationBegan(3, AT, false), "job.take-over", Map.of("epoch", "3"));
        assertJob(
                new JobEvent.PassStarted(2, AT, PassScope.ALL_RECORDS),
                "job.start-pass",
                Map.of("pass", "2", "scope", "all_records"));
        assertJob(new JobEvent.JobFailing("no shard", AT), "job.fail", Map.of("reason", "no shard"));
        assertJob(new JobEvent.JobEnded(JobPhase.DONE, "", AT), "job.end", Map.of("phase", "done"));
        assertJob(new JobEvent.JobEnded(JobPhase.FAILED, "x", AT), "job.end", Map.of("phase", "failed", "reason", "x"));
        assertJob(new JobEvent.WindowClosing(AT), "job.close-window", Map.of());
        assertJob(new JobEvent.WindowOpened(JobPhase.RUNNING, AT), "job.open-window", Map.of());
        assertJob(new JobEvent.JobPaused(List.of(NODE.storageNode()), AT), "job.confirm-pause", Map.of("agents", "1"));
        assertJob(
                new JobEvent.VerificationFinished(List.of(), AT),
                "job.finish-verification",
                Map.of("shards", "0", "rowsRead", "0", "rowsOfNode", "0"));
    }

    @Test
    void anOrderOfAnOperatorAndASingleObjectAreNoDecisions() {
        assertThat(of(new JobEvent.JobCancelling(AT))).isEmpty();
        assertThat(of(new JobEvent.JobPausing(AT))).isEmpty();
        assertThat(of(new JobEvent.RecordsExcepted(List.of(), Map.of()))).isEmpty();
        assertThat(of(new JobEvent.JobStalled("x", AT))).isEmpty();
    }

    @Test
    void copiesThatAnAgentDiscardsAreADecisionAboutItsNode() {
        JobEvent.Release nothing = new JobEvent.Release(List.of());
        JobEvent.Release two = new JobEvent.Release(List.of(new UUID(0, 8), new UUID(0, 9)));
        for (JobEvent event : List.of(
                new JobEvent.AssignmentLost(ASSIGNMENT.id(), List.of(), Optional.of(two)),
                new JobEvent.RelocationsCommitted(ASSIGNMENT.id(), SettledCounts.ZERO, List.of(), Optional.of(two)))) {
            SystemDecision decision = of(event).orElseThrow();
            assertThat(decision.action()).isEqualTo("node.discard-copies");
            assertThat(decision.subject()).isEqualTo("2.stor.d");
            assertThat(decision.parameters())
                    .containsEntry("job", JOB.toString())
                    .containsEntry("assignment", ASSIGNMENT.id().toString())
                    .containsEntry("objects", "2");
        }
        assertThat(of(new JobEvent.AssignmentLost(ASSIGNMENT.id(), List.of(), Optional.of(nothing))))
                .isEmpty();
        assertThat(of(new JobEvent.AssignmentLost(ASSIGNMENT.id(), List.of(), Optional.empty())))
                .as("an event of an earlier build")
                .isEmpty();
    }

    @Test
    void aNodeIsFencedByEachJobAndDrainedByAnEmptyVerificationOnly() {
        assertThat(SystemDecision.of(new RegistryEvent.JobRegistered(JOB, NODE, 0, AT), AT))
                .isEqualTo(new SystemDecision(
                        "node.fence", "1.stor.d", Map.of("job", JOB.toString(), "at", AT.toString())));
        for (boolean emptied : new boolean[] {true, false}) {
            RegistryEvent.JobClosed closed =
                    new RegistryEvent.JobClosed(JOB, false, Optional.of(new RegistryEvent.Closing(emptied, AT)));
            assertThat(SystemDecision.of(closed, NODE.storageNode(), AT).map(SystemDecision::action))
                    .isEqualTo(emptied ? Optional.of("node.drain") : Optional.empty());
        }
        assertThat(SystemDecision.of(new RegistryEvent.JobClosed(JOB, false, Optional.empty()), NODE.storageNode(), AT))
                .as("an event of an earlier build")
                .isEmpty();
    }

    @Test
    void aDecisionIsReadAsItWasWritten() {
        SystemDecision decision =
                of(new JobEvent.JobFailing("\"d\u00f6ner\"\n", AT)).orElseThrow();
        assertThat(SystemDecision.parse(decision.text())).isEqualTo(decision);
        assertThatThrownBy(() -> SystemDecision.parse("{}")).isInstanceOf(InvalidJson.class);
        assertThat(AuditFact.decided(JOB, decision).parameters()).containsEntry("reason", "\"d\u00f6ner\"\ufffd");
    }
}
