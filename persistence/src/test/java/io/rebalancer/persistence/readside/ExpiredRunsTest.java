package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ExpiredRuns;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.ReconciliationFindings.Comparisons;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that ended long ago are deleted, in both databases. */
@Tag("slow")
class ExpiredRunsTest extends ReadSideFixture {
    private static final StorageNodeId ONE = new StorageNodeId("1.stor.d");
    private static final Instant AT = Instant.parse("2026-11-28T03:00:00Z");
    private static final Instant LATER = AT.plus(Duration.ofDays(1));

    private static UUID run(int number) {
        return new UUID(1, number);
    }

    private static void put(ReconciliationFindings findings, int number, Optional<Instant> end) throws Exception {
        get(findings.putRun(new RunLine(
                run(number),
                number,
                1,
                RunMode.PLAN,
                end.isPresent() ? RunPhase.FINISHED : RunPhase.COMPARING,
                Optional.empty(),
                "ann",
                AT,
                end,
                1,
                new Comparisons(1, 0, 0, 0))));
    }

    private static Finding finding(int number, Finding.State state) {
        return new Finding(
                ONE,
                DriftKind.MISSING_COPY,
                new CopyKey(new UUID(-1, number % 7), new UUID(number - 5, number)),
                5,
                0,
                Optional.empty(),
                1,
                List.of(1),
                state,
                "");
    }

    private static List<Finding> findings(int from, int to, Finding.State state) {
        return IntStream.range(from, to).mapToObj(i -> finding(i, state)).toList();
    }

    @ParameterizedTest
    @EnumSource
    void runsThatEndedEarlierAreListedOldestFirst(Database database) throws Exception {
        ReadSide readSide = open(database);
        ReconciliationFindings stored = readSide.reconciliationFindings();
        put(stored, 1, Optional.of(LATER));
        put(stored, 2, Optional.of(AT));
        put(stored, 3, Optional.empty());
        put(stored, 4, Optional.of(AT.minusSeconds(1)));
        ExpiredRuns expired = readSide.expiredRuns();
        assertThat(get(expired.endedBefore(LATER, 10))).containsExactly(run(4), run(2));
        assertThat(get(expired.endedBefore(LATER, 1))).containsExactly(run(4));
        get(expired.deleteRun(run(4)));
        assertThat(get(expired.endedBefore(LATER.plusSeconds(1), 10))).containsExactly(run(2), run(1));
        assertThat(get(stored.runs(ListOrder.NEWEST, Optional.empty(), 10)).items())
                .extracting(RunLine::id)
                .containsExactly(run(3), run(2), run(1));
    }

    @ParameterizedTest
    @EnumSource
    void findingsAreDeletedSomeAtATimeAndThoseOfOtherRunsStay(Database database) throws Exception {
        ReadSide readSide = open(database);
        ReconciliationFindings stored = readSide.reconciliationFindings();
        get(stored.add(run(1), findings(0, 1000, Finding.State.FOUND)));
        get(stored.add(run(1), findings(1000, 1300, Finding.State.FOUND)));
        get(stored.add(run(2), findings(0, 20, Finding.State.FOUND)));
        ExpiredRuns expired = readSide.expiredRuns();
        assertThat(get(expired.deleteFindings(run(1)))).isEqualTo(ExpiredRuns.MAX_ROWS);
        assertThat(get(stored.findings(run(1), Filter.ALL, Optional.empty(), 1000))
                        .items())
                .hasSize(300);
        assertThat(get(expired.deleteFindings(run(1)))).isEqualTo(300);
        assertThat(get(expired.deleteFindings(run(1)))).isZero();
        assertThat(get(stored.findings(run(2), Filter.ALL, Optional.empty(), 1000))
                        .items())
                .hasSize(20);
    }

    @ParameterizedTest
    @EnumSource
    void failuresAndSuspectsOfLongAgoAreDeleted(Database database) throws Exception {
        ReadSide readSide = open(database);
        ReconciliationFindings stored = readSide.reconciliationFindings();
        get(stored.addRepairs(run(1), findings(0, 3, Finding.State.FAILED), AT));
        get(stored.addRepairs(run(2), findings(2, 4, Finding.State.FAILED), LATER));
        List<CopyKey> keys = IntStream.range(0, 4)
                .mapToObj(i -> finding(i, Finding.State.FOUND).key())
                .toList();
        get(stored.putContents(run(1), ONE, keys.subList(0, 2), List.of(), AT));
        get(stored.putContents(run(2), ONE, keys.subList(2, 4), List.of(), LATER));
        ExpiredRuns expired = readSide.expiredRuns();
        assertThat(get(expired.deleteFailures(LATER))).isEqualTo(2);
        assertThat(get(stored.failures(ONE, DriftKind.MISSING_COPY, keys)).keySet())
                .containsExactlyInAnyOrder(keys.get(2), keys.get(3));
        assertThat(get(expired.deleteSuspects(LATER))).isEqualTo(2);
        assertThat(get(stored.putContents(run(3), ONE, keys, List.of(), LATER)))
                .as("a suspect that was deleted has to be read as wrong twice again")
                .containsExactlyInAnyOrder(keys.get(2), keys.get(3));
    }
}
