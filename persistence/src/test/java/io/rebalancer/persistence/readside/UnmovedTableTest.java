package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.UnmovedRecords;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables name every unmoved record of a job once, and a job can read the records by shard. */
@Tag("slow")
class UnmovedTableTest extends ReadSideFixture {
    private static final SettledCounts ONE_RELOCATED = new SettledCounts(1, 0, 0, 0, 5);

    private void assertExceptions(ReadSide readSide, String... lines) throws Exception {
        awaitProjection(readSide, 0);
        assertThat(exceptions(readSide))
                .extracting(line -> line.key().replaceAll("\\D", "") + " " + line.reason() + " in " + line.pass() + " x"
                        + line.attempts())
                .containsExactly(lines);
    }

    private static List<ExceptionLine> exceptions(ReadSide readSide) throws Exception {
        return all(after -> readSide.history().exceptions(job(0), Optional.empty(), after, 7));
    }

    @ParameterizedTest
    @EnumSource
    void exceptionsStayUntilTheNextPassMeetsTheirRecordsOrEnds(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = storeJob(
                0, created(0), passStarted(1), excepted(Reason.NO_DESTINATION, 1, 2), passFinished(1), passStarted(2));
        project(readSide);
        assertExceptions(readSide, "1 NO_DESTINATION in 1 x1", "2 NO_DESTINATION in 1 x1");
        state = store(0, state, excepted(Reason.MD5_MISMATCH, 1, 1));
        assertExceptions(readSide, "2 NO_DESTINATION in 1 x1", "1 MD5_MISMATCH in 2 x2");
        store(0, state, passFinished(2));
        assertExceptions(readSide, "1 MD5_MISMATCH in 2 x2");
    }

    @ParameterizedTest
    @EnumSource
    void theLastReportOfARecordInAnEventCounts(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeJob(
                0,
                created(0),
                passStarted(1),
                new JobEvent.RecordsExcepted(
                        List.of(
                                unmoved(1, Reason.NO_DESTINATION),
                                unmoved(2, Reason.NO_DESTINATION),
                                unmoved(1, Reason.MD5_MISMATCH)),
                        Map.of()));
        project(readSide);
        assertExceptions(readSide, "2 NO_DESTINATION in 1 x1", "1 MD5_MISMATCH in 1 x1");
    }

    @ParameterizedTest
    @EnumSource
    void aRowNamesTheLastAttemptAndTheTimesOfTheFirstAndTheLast(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = storeJob(0, created(0), passStarted(1), excepted(Reason.NO_DESTINATION, 2));
        project(readSide);
        awaitProjection(readSide, 0);
        ExceptionLine first = exceptions(readSide).get(0);
        assertThat(first.storageNode()).isEmpty();
        assertThat(first.assignmentId()).isEmpty();
        assertThat(first.firstAt()).isPresent().isEqualTo(first.lastAt());

        events.awaitLaterTime();
        state = store(
                0,
                state,
                planned(1),
                new JobEvent.AssignmentLost(
                        assignmentId(1), List.of(unmoved(2, Reason.DESTINATION_UNREACHABLE)), Optional.empty()));
        awaitProjection(readSide, 0);
        ExceptionLine lost = exceptions(readSide).get(0);
        assertThat(lost.storageNode()).contains("99.stor.d");
        assertThat(lost.assignmentId()).contains(assignmentId(1));
        assertThat(lost.attempts()).isEqualTo(2);
        assertThat(lost.firstAt()).isEqualTo(first.firstAt());
        assertThat(lost.lastAt().orElseThrow()).isAfter(first.lastAt().orElseThrow());

        store(0, state, excepted(Reason.NO_DESTINATION, 2));
        awaitProjection(readSide, 0);
        assertThat(exceptions(readSide).get(0).storageNode())
                .as("the last report names no destination")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aCommitRemovesTheRowsOfTheRecordsThatItSettled(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeJob(
                0,
                created(0),
                passStarted(1),
                excepted(Reason.NO_DESTINATION, 2, 3, 4),
                planned(1),
                new JobEvent.CopiesFinished(assignmentId(1), List.of()),
                new JobEvent.RelocationsCommitted(
                        assignmentId(1),
                        ONE_RELOCATED,
                        List.of(unmoved(3, Reason.METADATA_UPDATE_FAILED)),
                        Optional.empty()));
        project(readSide);
        assertExceptions(readSide, "4 NO_DESTINATION in 1 x1", "3 METADATA_UPDATE_FAILED in 1 x2");
    }

    /** The new incarnation counts nothing yet, but the rows of the one before are there. */
    @ParameterizedTest
    @EnumSource
    void aCommitOfANewIncarnationRemovesTheRowsOfTheOneBefore(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeJob(
                0,
                created(0),
                passStarted(1),
                excepted(Reason.NO_DESTINATION, 2, 3),
                new JobEvent.IncarnationBegan(2, CREATED, true),
                planned(1),
                new JobEvent.CopiesFinished(assignmentId(1), List.of()),
                new JobEvent.RelocationsCommitted(assignmentId(1), ONE_RELOCATED, List.of(), Optional.empty()),
                excepted(Reason.MD5_MISMATCH, 4));
        project(readSide);
        assertExceptions(readSide, "4 MD5_MISMATCH in 1 x1");
    }

    /** Users overwrote the records that the incarnation before had reported, so the scan did not find them again. */
    @ParameterizedTest
    @EnumSource
    void aPassThatLeftNothingLeavesNoRow(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeJob(
                0,
                created(0),
                passStarted(1),
                excepted(Reason.NO_DESTINATION, 2, 3),
                new JobEvent.IncarnationBegan(2, CREATED, true),
                passFinished(1));
        project(readSide);
        awaitProjection(readSide, 0);
        assertThat(exceptions(readSide)).isEmpty();
    }

    /** In a later pass, the rows are those of the pass before. */
    @ParameterizedTest
    @EnumSource
    void aCommitOfALaterPassRemovesTheRowsOfAnEarlierOne(Database database) throws Exception {
        ReadSide readSide = open(database);
        storeJob(
                0,
                created(0),
                passStarted(1),
                excepted(Reason.NO_DESTINATION, 2, 3, 4),
                passFinished(1),
                passStarted(2),
                planned(1),
                new JobEvent.CopiesFinished(assignmentId(1), List.of()),
                new JobEvent.RelocationsCommitted(assignmentId(1), ONE_RELOCATED, List.of(), Optional.empty()));
        project(readSide);
        assertExceptions(readSide, "4 NO_DESTINATION in 1 x1");
    }

    private static String longKey(int record) {
        return "/o/stor/" + record + "/" + "x".repeat(8000);
    }

    private static JobEvent skipped(int shard, int from, int to) {
        return new JobEvent.RecordsExcepted(
                IntStream.range(from, to)
                        .mapToObj(record -> new UnmovedRecord(
                                new RecordRef(shard, record % 100 == 0 ? longKey(record) : "/o/stor/" + record),
                                UnmovedRecord.Kind.SKIPPED,
                                Reason.NO_DESTINATION,
                                "full"))
                        .toList(),
                Map.of());
    }

    private static List<RecordRef> records(UnmovedRecords list, int shard, int pass, int limit) throws Exception {
        List<RecordRef> records = new ArrayList<>();
        UnmovedRecords.Page page = new UnmovedRecords.Page(List.of(), "", false);
        while (!page.last()) {
            page = get(list.page(job(0), shard, pass, page.end(), limit));
            assertThat(page.records()).hasSizeLessThanOrEqualTo(limit);
            records.addAll(page.records());
        }
        return records;
    }

    @ParameterizedTest
    @EnumSource
    void aJobReadsItsRecordsByShard(Database database) throws Exception {
        ReadSide readSide = open(database);
        UnmovedRecords list = readSide.unmovedRecords();
        assertThat(get(list.includes(job(0), 0))).isTrue();
        assertThat(get(list.includes(job(0), 1))).isFalse();
        JobState state = storeJob(0, created(0), passStarted(1));
        for (int i = 0; i < 4; i++) {
            state = store(0, state, skipped(7, 1000 * i, 1000 * (i + 1)), skipped(12, 500 * i, 500 * (i + 1)));
        }
        storeJob(1, created(1), passStarted(1), skipped(3, 0, 10));
        project(readSide);
        awaitProjection(readSide, 0);
        awaitProjection(readSide, 1);
        long last = events.count(journalId(0));
        assertThat(get(list.includes(job(0), last))).isTrue();
        assertThat(get(list.includes(job(0), last + 1))).isFalse();
        assertThat(records(list, 7, 2, 700))
                .hasSize(4000)
                .doesNotHaveDuplicates()
                .contains(new RecordRef(7, longKey(3900)))
                .allMatch(record -> record.shard() == 7);
        assertThat(records(list, 12, 2, 2000)).as("exactly one page").hasSize(2000);
        assertThat(records(list, 13, 2, 10)).isEmpty();

        store(0, state, passFinished(1), passStarted(2), skipped(7, 0, 3000));
        awaitProjection(readSide, 0);
        assertThat(records(list, 7, 2, 300))
                .as("the current pass has reported the others")
                .hasSize(1000)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void recordsAreListedByTheirReasons(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = storeJob(0, created(0), passStarted(1), skipped(7, 0, 20));
        store(
                0,
                state,
                new JobEvent.RecordsExcepted(
                        List.of(new UnmovedRecord(
                                new RecordRef(7, "/o/stor/5"),
                                UnmovedRecord.Kind.FAILED,
                                Reason.MD5_MISMATCH,
                                "bytes")),
                        Map.of()));
        project(readSide);
        awaitProjection(readSide, 0);
        UnmovedRecords list = readSide.unmovedRecords();
        assertThat(get(list.withReasons(job(0), 7, Set.of(Reason.MD5_MISMATCH), Integer.MAX_VALUE, "", 10))
                        .records())
                .containsExactly(new RecordRef(7, "/o/stor/5"));
        Set<Reason> all = Set.of(Reason.values());
        UnmovedRecords.Page first = get(list.withReasons(job(0), 7, all, Integer.MAX_VALUE, "", 15));
        UnmovedRecords.Page second = get(list.withReasons(job(0), 7, all, Integer.MAX_VALUE, first.end(), 15));
        assertThat(first.last()).isFalse();
        assertThat(second.last()).isTrue();
        assertThat(first.records().size() + second.records().size()).isEqualTo(20);
        assertThat(get(list.withReasons(job(0), 8, all, Integer.MAX_VALUE, "", 10))
                        .records())
                .isEmpty();
        assertThat(get(list.withReasons(job(1), 7, all, Integer.MAX_VALUE, "", 10))
                        .records())
                .isEmpty();
    }

    /** A pass over some reasons finishes: the rows that it did not visit stay, and so do those that it visits while it runs. */
    @ParameterizedTest
    @EnumSource
    void aPassOverSomeReasonsKeepsTheOtherRows(Database database) throws Exception {
        ReadSide readSide = open(database);
        JobState state = storeJob(
                0,
                created(0),
                passStarted(1),
                excepted(Reason.NO_DESTINATION, 1),
                excepted(Reason.MD5_MISMATCH, 2, 3),
                passFinished(1),
                new JobEvent.RetryOrdered(Set.of(Reason.MD5_MISMATCH), CREATED),
                new JobEvent.PassStarted(2, CREATED, PassScope.SELECTED_RECORDS));
        project(readSide);
        awaitProjection(readSide, 0);
        UnmovedRecords list = readSide.unmovedRecords();
        int shard = unmoved(2, Reason.MD5_MISMATCH).record().shard();
        Set<Reason> selected = Set.of(Reason.MD5_MISMATCH);
        assertThat(get(list.withReasons(job(0), shard, selected, 2, "", 10)).records())
                .hasSize(2);
        state = store(0, state, excepted(Reason.AGENT_BUSY, 3));
        awaitProjection(readSide, 0);
        assertThat(get(list.withReasons(job(0), shard, selected, 2, "", 10)).records())
                .as("the pass may have to be resumed")
                .hasSize(2);
        state = store(0, state, passFinished(2));
        assertExceptions(readSide, "1 NO_DESTINATION in 1 x1", "2 MD5_MISMATCH in 1 x1", "3 AGENT_BUSY in 2 x2");
        store(0, state, passStarted(3), excepted(Reason.NO_DESTINATION, 1), passFinished(3));
        assertExceptions(readSide, "1 NO_DESTINATION in 3 x2");
    }

    @Test
    void aPageReadsTheIndex() throws Exception {
        ReadSide readSide = open(Database.POSTGRESQL);
        JobState state = storeJob(0, created(0), passStarted(1));
        for (int i = 0; i < 20; i++) {
            state = store(0, state, skipped(1 + i % 4, 1000 * i, 1000 * (i + 1)));
        }
        project(readSide);
        awaitProjection(readSide, 0);
        List<String> plan = readSide.tables().read(handle -> {
            handle.execute("analyze object_exception");
            return handle.createQuery("explain " + JdbcUnmovedRecords.PAGE)
                    .bind("jobId", job(0))
                    .bind("shard", 2)
                    .bind("after", "7f")
                    .bind("pass", 2)
                    .bind("limit", 1000)
                    .mapTo(String.class)
                    .list();
        });
        assertThat(String.join("\n", plan))
                .contains("Index Scan using object_exception_record")
                .contains("Index Cond: ((job_id = ")
                .contains("(shard = 2)")
                .contains("> '7f'")
                .doesNotContain("Sort");
    }

    @ParameterizedTest
    @EnumSource
    void everyQuestionFailsIfTheDatabaseFails(Database database) throws Exception {
        ReadSide intact = open(database);
        ReadSide broken = new ReadSide(
                () -> {
                    throw new SQLException("the database is away");
                },
                intact.pool(),
                intact.blocking(),
                intact.states());
        UnmovedRecords list = broken.unmovedRecords();
        assertThatThrownBy(() -> get(list.includes(job(0), 1))).hasStackTraceContaining("the database is away");
        assertThatThrownBy(() -> get(list.page(job(0), 1, 1, "", 1))).hasStackTraceContaining("the database is away");
    }
}
