package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.explain.AttemptHistory;
import io.rebalancer.core.object.RecordRef;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables keep the last attempts of each record that a job left, also after the record was moved. */
@Tag("slow")
class AttemptTableTest extends ReadSideFixture {

    private static AttemptHistory history(ReadSide readSide, int record) throws Exception {
        RecordRef other = new RecordRef(2, recordRef(record).key());
        return get(readSide.recordAttempts().of(job(0), List.of(other, recordRef(record))))
                .getOrDefault(recordRef(record), AttemptHistory.NONE);
    }

    private static List<String> lines(AttemptHistory history) {
        return history.attempts().stream()
                .map(each -> each.pass() + " " + each.reason() + " "
                        + each.destination().orElse("nowhere"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void eachAttemptOfARecordIsKept(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = storeJob(
                0,
                created(0),
                passStarted(1),
                excepted(Reason.NO_DESTINATION, 2, 3),
                passFinished(1),
                passStarted(2),
                planned(1),
                new JobEvent.AssignmentLost(
                        assignmentId(1), List.of(unmoved(2, Reason.DESTINATION_UNREACHABLE)), Optional.empty()));
        project(readSide);
        awaitProjection(readSide, 0);

        AttemptHistory history = history(readSide, 2);
        assertThat(lines(history)).containsExactly("2 DESTINATION_UNREACHABLE 99.stor.d", "1 NO_DESTINATION nowhere");
        assertThat(history.unmoved()).isTrue();
        assertThat(history.total()).isEqualTo(2);
        assertThat(history.attempts()).allMatch(each -> each.at().isPresent());
        assertThat(lines(history(readSide, 3))).containsExactly("1 NO_DESTINATION nowhere");
        assertThat(history(readSide, 4)).isEqualTo(AttemptHistory.NONE);

        store(
                0,
                state,
                passFinished(2),
                passStarted(3),
                planned(1),
                new JobEvent.CopiesFinished(assignmentId(1), List.of()),
                new JobEvent.RelocationsCommitted(
                        assignmentId(1), new SettledCounts(2, 0, 0, 0, 5), List.of(), Optional.empty()));
        awaitProjection(readSide, 0);
        AttemptHistory moved = history(readSide, 2);
        assertThat(moved.unmoved()).isFalse();
        assertThat(lines(moved)).isEqualTo(lines(history));
        assertThat(history(readSide, 3).unmoved()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void theLastTenAttemptsOfARecordAreKept(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = storeJob(0, created(0));
        for (int pass = 1; pass <= 14; pass++) {
            state = store(
                    0,
                    state,
                    passStarted(pass),
                    excepted(pass % 2 == 0 ? Reason.MD5_MISMATCH : Reason.NO_DESTINATION, 1, 2),
                    passFinished(pass));
        }
        project(readSide);
        awaitProjection(readSide, 0);
        AttemptHistory history = history(readSide, 1);
        assertThat(history.attempts())
                .extracting(each -> each.pass())
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).mapToObj(i -> 14 - i).toList());
        assertThat(history.total()).isEqualTo(14);
        assertThat(rows(readSide)).isEqualTo(2 * 9);
    }

    /** A record that every second pass reports has no row when it is reported, and is counted from 1 each time. */
    @ParameterizedTest
    @EnumSource
    void theAttemptsOfARecordThatSomePassesDoNotReportAreBoundedToo(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = storeJob(0, created(0));
        for (int pass = 1; pass <= 26; pass++) {
            state = pass % 2 == 0
                    ? store(0, state, passStarted(pass), excepted(Reason.MD5_MISMATCH, 2), passFinished(pass))
                    : store(0, state, passStarted(pass), excepted(Reason.NO_DESTINATION, 1), passFinished(pass));
        }
        project(readSide);
        awaitProjection(readSide, 0);
        assertThat(rows(readSide)).isEqualTo(2 * 9);
        assertThat(history(readSide, 1).unmoved()).isFalse();
        assertThat(history(readSide, 2).attempts()).hasSize(10);
    }

    private static int rows(ReadSide readSide) {
        return readSide.tables()
                .read(handle -> handle.select("select count(*) from object_attempt")
                        .mapTo(Integer.class)
                        .one());
    }
}
