package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.ReconcileMessage;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs that delete files of a quarantine for good. */
@Tag("slow")
class PurgeRunTest extends RunFixture {
    private static final Optional<UUID> RUN = Optional.of(UUID.randomUUID());
    private static final Instant LONG_AGO = Instant.now().minus(Duration.ofDays(15));

    private RunState purge(String settings) {
        run = spawn(settings);
        run.tell(new ReconcileMessage.CreateRun(
                order(RunMode.PURGE, Map.of(), ONE),
                kit.<ReconcileMessage.RunReply>createTestProbe().getRef()));
        return awaitEnd();
    }

    private RepairReport report(RunState ended) {
        assertThat(ended.phase()).as(ended.detail()).isEqualTo(RunPhase.FINISHED);
        return Optional.ofNullable(ended.repairs().get(ONE.storageNode())).orElseThrow();
    }

    private static RepairCounts counts(RepairReport report) {
        return report.repairs().getOrDefault(Repair.PURGE, RepairCounts.NONE);
    }

    @Test
    void onlyFilesOfRunsThatAreHeldLongEnoughAndHaveNoRecordAreDeleted() {
        for (int i = 0; i < 5; i++) {
            files(ONE).hold("a" + i, key(i), LONG_AGO, RUN);
        }
        files(ONE).hold("b-young", key(10), Instant.now().minus(Duration.ofDays(13)), RUN);
        files(ONE).hold("c-of-assignment", key(11), LONG_AGO, Optional.empty());
        files(ONE).hold("d-has-record", key(12), LONG_AGO, RUN);
        shards.put(2, key(12), 5, OLD, TWO, THREE);
        RepairReport report = report(purge(""));
        assertThat(report.fault()).isEmpty();
        assertThat(counts(report)).isEqualTo(new RepairCounts(5, 1, 0, 0, 1));
        assertThat(files(ONE).heldItems()).containsExactlyInAnyOrder("b-young", "c-of-assignment", "d-has-record");
        assertThat(audit.entries())
                .anyMatch(entry ->
                        entry.startsWith("reconciliation.begin-repairs 1.stor") && entry.contains("repair=purge"));
    }

    @Test
    void aShardThatDoesNotAnswerKeepsEverything() {
        files(ONE).hold("a", key(1), LONG_AGO, RUN);
        shards.stop(3);
        RunState ended = purge("");
        assertThat(ended.abort()).contains(AbortReason.METADATA_UNAVAILABLE);
        assertThat(files(ONE).heldItems()).containsExactly("a");
    }

    @Test
    void withoutTheAuditLogNothingIsDeleted() {
        files(ONE).hold("a", key(1), LONG_AGO, RUN);
        audit.failFrom(0);
        assertThat(report(purge("")).fault()).contains(AbortReason.AUDIT_UNAVAILABLE);
        assertThat(files(ONE).heldItems()).containsExactly("a");
    }

    @Test
    void theLimitIsANumberOfBytes() {
        for (int i = 0; i < 5; i++) {
            files(ONE).hold("a" + i, key(i), LONG_AGO, RUN);
        }
        shards.put(2, key(0), 5, OLD, TWO, THREE);
        assertThat(counts(report(purge("rebalancer.reconcile.limits.purge = 25"))))
                .isEqualTo(new RepairCounts(2, 1, 0, 0, 2));
    }

    /** A storage node with a clock that is a month ahead would delete what was moved yesterday. */
    @Test
    void aClockThatIsAheadDoesNotShortenTheHold() {
        files(ONE).hold("a", key(1), Instant.now().minus(Duration.ofDays(13)), RUN);
        files(ONE).setSkew(Duration.ofDays(30));
        assertThat(counts(report(purge("")))).isEqualTo(new RepairCounts(0, 0, 0, 0, 1));
        assertThat(files(ONE).heldItems()).containsExactly("a");
    }

    @Test
    void anAgentThatDoesNotAnswerIsGivenUp() {
        files(ONE).hold("a", key(1), LONG_AGO, RUN);
        files(ONE).stop();
        assertThat(report(purge("rebalancer.reconcile.listing-timeout = 2s")).fault())
                .contains(AbortReason.NODE_UNAVAILABLE);
    }
}
