package io.rebalancer.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PenaltyBoxTest {
    private static final StorageNodeId NODE = new StorageNodeId("3.stor");
    private static final DestinationFault REFUSED = DestinationFault.lost(Reason.ASSIGNMENT_REJECTED, "no");

    private final PenaltyBox box = new PenaltyBox();
    private Instant now = Instant.EPOCH;

    private Duration strike(DestinationFault fault) {
        Penalty begun = box.recordFault(NODE, fault, now).orElseThrow();
        now = begun.until();
        return Duration.between(begun.since(), begun.until());
    }

    @Test
    void aPenaltyGrowsUpToItsBoundAndEnds() {
        assertThat(strike(REFUSED)).isEqualTo(Duration.ofSeconds(30));
        assertThat(box.active(now)).isEmpty();
        assertThat(strike(REFUSED)).isEqualTo(Duration.ofSeconds(60));
        assertThat(strike(REFUSED)).isEqualTo(Duration.ofSeconds(120));
        for (int i = 0; i < 20; i++) {
            strike(REFUSED);
        }
        assertThat(strike(REFUSED)).isEqualTo(PenaltyCause.REFUSED.longest());
    }

    @Test
    void faultsDuringAPenaltyDoNotProlongIt() {
        Penalty begun = box.recordFault(NODE, REFUSED, now).orElseThrow();
        now = now.plusSeconds(29);
        assertThat(box.recordFault(NODE, DestinationFault.lost(Reason.ASSIGNMENT_REJECTED, "again"), now))
                .isEmpty();
        assertThat(box.active(now)).singleElement().satisfies(each -> {
            assertThat(each.until()).isEqualTo(begun.until());
            assertThat(each.detail()).isEqualTo("again");
        });
        now = begun.until();
        assertThat(box.active(now)).isEmpty();
    }

    @Test
    void aReportCountsTheFaultsSinceTheFirstPenaltyInARow() {
        strike(REFUSED);
        box.recordFault(NODE, REFUSED, now);
        box.recordFault(NODE, REFUSED, now.plusSeconds(1));
        box.recordFault(NODE, DestinationFault.lost(Reason.DESTINATION_UNREACHABLE, "gone"), now);
        assertThat(box.report(now)).extracting(PenaltyReport::penalty).isEqualTo(box.active(now));
        assertThat(box.report(now))
                .extracting(
                        each -> each.penalty().cause(), each -> each.faults().orElseThrow())
                .containsExactly(tuple(PenaltyCause.UNREACHABLE, 1), tuple(PenaltyCause.REFUSED, 3));
        now = now.plusSeconds(60);
        assertThat(box.report(now)).isEmpty();
        box.recordSuccess(NODE, now);
        box.recordFault(NODE, REFUSED, now);
        assertThat(box.report(now)).extracting(PenaltyReport::faults).containsExactly(Optional.of(1));
    }

    @Test
    void everyCauseHasItsOwnPenalty() {
        box.recordFault(NODE, REFUSED, now);
        box.recordFault(NODE, DestinationFault.lost(Reason.DESTINATION_UNREACHABLE, "gone"), now);
        assertThat(box.active(now))
                .extracting(Penalty::cause)
                .containsExactly(PenaltyCause.UNREACHABLE, PenaltyCause.REFUSED);
    }

    @Test
    void aSuccessAfterThePenaltyStartsFromTheShortestTimeAgain() {
        strike(REFUSED);
        now = now.minusSeconds(1);
        box.recordSuccess(NODE, now);
        assertThat(box.active(now)).hasSize(1);
        now = now.plusSeconds(1);
        box.recordSuccess(NODE, now);
        assertThat(strike(REFUSED)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aPenaltyIsForgottenAfterTheLongestTimeWithoutAFault() {
        strike(REFUSED);
        now = now.plus(PenaltyCause.REFUSED.longest()).plusSeconds(1);
        box.expire(now);
        assertThat(strike(REFUSED)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void onlyAnAssignmentWithoutASingleCopyIsAFaultOfItsDestination() {
        Assignment assignment =
                new Assignment(new UUID(0, 1), new CopyLocation("dc3", NODE), List.of(task(1), task(2)));
        assertThat(DestinationFault.ofCopies(assignment, List.of(failure(1, Reason.AGENT_FS_ERROR))))
                .isEmpty();
        assertThat(DestinationFault.ofCopies(
                        assignment,
                        List.of(failure(1, Reason.SOURCE_OBJECT_NOT_FOUND), failure(2, Reason.MD5_MISMATCH))))
                .isEmpty();
        assertThat(DestinationFault.ofCopies(
                        assignment, List.of(failure(1, Reason.AGENT_FS_ERROR), failure(2, Reason.MD5_MISMATCH))))
                .hasValueSatisfying(fault -> assertThat(fault.cause()).isEqualTo(PenaltyCause.COPIES_FAILED));
    }

    private static CopyTask task(int number) {
        return new CopyTask(
                new RecordRef(1, "/o/stor/" + number),
                new UUID(1, number),
                new UUID(2, 2),
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of());
    }

    private static UnmovedRecord failure(int number, Reason reason) {
        return new UnmovedRecord(
                new RecordRef(1, "/o/stor/" + number), UnmovedRecord.Kind.FAILED, reason, "copy " + number);
    }
}
