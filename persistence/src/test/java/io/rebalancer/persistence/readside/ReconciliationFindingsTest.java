package io.rebalancer.persistence.readside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.port.JobHistory.Page;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.ReconciliationFindings.Comparisons;
import io.rebalancer.core.port.ReconciliationFindings.Filter;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.ParkingRule;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables of reconciliation, in both databases. */
@Tag("slow")
class ReconciliationFindingsTest extends ReadSideFixture {
    private static final UUID RUN = new UUID(1, 1);
    private static final StorageNodeId ONE = new StorageNodeId("1.stor.d");
    private static final StorageNodeId TWO = new StorageNodeId("2.stor.d");
    private static final Instant AT = Instant.parse("2026-11-28T03:00:00Z");

    private static Finding finding(StorageNodeId node, DriftKind kind, int number) {
        return new Finding(
                node,
                kind,
                new CopyKey(new UUID(-1, number % 2), new UUID(number - 5, number)),
                5,
                4,
                number % 2 == 0 ? Optional.empty() : Optional.of(AT),
                1,
                number % 3 == 0 ? List.of() : List.of(1, 12),
                Finding.State.FOUND,
                "record /o/stor/" + number);
    }

    private static List<Finding> all(ReconciliationFindings findings, UUID run, Filter filter) throws Exception {
        List<Finding> found = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Page<Finding> page = get(findings.findings(run, filter, after, 3));
            found.addAll(page.items());
            after = page.next();
        } while (after.isPresent());
        return found;
    }

    @ParameterizedTest
    @EnumSource
    void findingsAreListedOnceWhateverThePage(Database database) throws Exception {
        ReconciliationFindings findings = open(database).reconciliationFindings();
        List<Finding> one = IntStream.range(0, 11)
                .mapToObj(i -> finding(ONE, i < 5 ? DriftKind.MISSING_COPY : DriftKind.ORPHAN_FILE, i))
                .toList();
        List<Finding> two = List.of(finding(TWO, DriftKind.SIZE_MISMATCH, 3));
        get(findings.add(RUN, one));
        get(findings.add(RUN, two));
        get(findings.add(new UUID(1, 2), List.of(finding(ONE, DriftKind.MISSING_ALL, 1))));
        get(findings.add(RUN, List.of()));
        List<Finding> both = new ArrayList<>(one);
        both.addAll(two);
        assertThat(all(findings, RUN, Filter.ALL)).containsExactlyInAnyOrderElementsOf(both);
        assertThat(all(findings, RUN, new Filter(Optional.of(TWO), Optional.empty(), Optional.empty())))
                .isEqualTo(two);
        assertThat(all(
                        findings,
                        RUN,
                        new Filter(Optional.of(ONE), Optional.of(DriftKind.MISSING_COPY), Optional.empty())))
                .containsExactlyInAnyOrderElementsOf(one.subList(0, 5));
        assertThat(all(
                        findings,
                        RUN,
                        new Filter(Optional.empty(), Optional.empty(), Optional.of(Finding.State.REPAIRED))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aFindingThatIsStoredAgainIsReplaced(Database database) throws Exception {
        ReconciliationFindings findings = open(database).reconciliationFindings();
        Finding found = finding(ONE, DriftKind.ORPHAN_FILE, 1);
        Finding planned = found.in(Finding.State.PLANNED, "will be moved");
        get(findings.add(RUN, List.of(found, finding(TWO, DriftKind.ORPHAN_FILE, 2))));
        get(findings.add(RUN, List.of(planned)));
        assertThat(all(findings, RUN, Filter.ALL))
                .contains(planned)
                .doesNotContain(found)
                .hasSize(2);
        get(findings.clear(RUN, ONE));
        assertThat(all(findings, RUN, Filter.ALL)).containsExactly(finding(TWO, DriftKind.ORPHAN_FILE, 2));
    }

    @ParameterizedTest
    @EnumSource
    void failuresOfARepairAreCountedOncePerRunUntilItSucceeds(Database database) throws Exception {
        ReconciliationFindings findings = open(database).reconciliationFindings();
        Finding failed = finding(ONE, DriftKind.ORPHAN_FILE, 1).in(Finding.State.FAILED, "permission denied");
        Finding other = finding(ONE, DriftKind.ORPHAN_FILE, 2).in(Finding.State.FAILED, "permission denied");
        List<CopyKey> keys = List.of(
                failed.key(),
                other.key(),
                new CopyKey(new UUID(9, 9), failed.key().objectId()));
        get(findings.addRepairs(RUN, List.of(failed, other), AT));
        get(findings.addRepairs(RUN, List.of(failed), AT.plusSeconds(1)));
        UUID later = new UUID(1, 9);
        get(findings.addRepairs(later, List.of(failed), AT.plusSeconds(2)));
        assertThat(get(findings.failures(ONE, DriftKind.ORPHAN_FILE, keys)))
                .containsOnly(
                        Map.entry(failed.key(), new ParkingRule.Failures(2, AT.plusSeconds(2))),
                        Map.entry(other.key(), new ParkingRule.Failures(1, AT)));
        assertThat(get(findings.failures(TWO, DriftKind.ORPHAN_FILE, keys))).isEmpty();
        assertThat(get(findings.failures(ONE, DriftKind.MISSING_COPY, keys))).isEmpty();
        assertThat(get(findings.stored(RUN, ONE, DriftKind.ORPHAN_FILE, keys)))
                .containsOnly(
                        Map.entry(failed.key(), Finding.State.FAILED), Map.entry(other.key(), Finding.State.FAILED));
        assertThat(get(findings.stored(later, ONE, DriftKind.ORPHAN_FILE, keys)))
                .containsOnlyKeys(failed.key());

        Finding repaired = failed.in(Finding.State.REPAIRED, "moved");
        get(findings.addRepairs(later, List.of(repaired), AT.plusSeconds(3)));
        get(findings.addRepairs(later, List.of(), AT.plusSeconds(3)));
        assertThat(get(findings.failures(ONE, DriftKind.ORPHAN_FILE, keys))).containsOnlyKeys(other.key());
        assertThat(all(findings, later, Filter.ALL)).containsExactly(repaired);
        assertThat(get(findings.failures(ONE, DriftKind.ORPHAN_FILE, List.of())))
                .isEmpty();
        assertThat(get(findings.stored(RUN, ONE, DriftKind.ORPHAN_FILE, List.of())))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aWrongContentIsConfirmedByAnotherRunUntilItIsReadAsRight(Database database) throws Exception {
        ReconciliationFindings findings = open(database).reconciliationFindings();
        CopyKey one = new CopyKey(new UUID(1, 1), new UUID(2, 2));
        CopyKey two = new CopyKey(new UUID(1, 1), new UUID(3, 3));
        UUID later = new UUID(1, 9);
        assertThat(get(findings.putContents(RUN, ONE, List.of(one, two), List.of(), AT)))
                .isEmpty();
        assertThat(get(findings.putContents(RUN, ONE, List.of(one, two), List.of(), AT)))
                .isEmpty();
        assertThat(get(findings.putContents(later, TWO, List.of(one), List.of(two), AT)))
                .isEmpty();
        assertThat(get(findings.putContents(later, ONE, List.of(one), List.of(two), AT)))
                .containsExactly(one);
        assertThat(get(findings.putContents(later, ONE, List.of(one), List.of(), AT)))
                .containsExactly(one);
        assertThat(get(findings.putContents(later, ONE, List.of(two), List.of(one), AT)))
                .isEmpty();
        assertThat(get(findings.putContents(RUN, ONE, List.of(one, two), List.of(), AT)))
                .containsExactly(two);
        assertThat(get(findings.putContents(RUN, ONE, List.of(), List.of(), AT)))
                .isEmpty();
    }

    private static RunLine run(int number, long revision, RunPhase phase, Optional<AbortReason> abort) {
        return new RunLine(
                new UUID(7, number),
                number,
                revision,
                RunMode.OBSERVE,
                phase,
                abort,
                "ann",
                AT,
                phase.terminal() ? Optional.of(AT) : Optional.empty(),
                5,
                new Comparisons(3, 1, revision, revision));
    }

    /** Lines arrive in any order, because a manager that took a run over does not know what the former one wrote. */
    @ParameterizedTest
    @EnumSource
    void theLineOfTheLatestRevisionStays(Database database) throws Exception {
        ReconciliationFindings findings = open(database).reconciliationFindings();
        RunLine last = run(1, 9, RunPhase.ABORTED, Optional.of(AbortReason.CANCELED));
        RunLine other = run(2, 1, RunPhase.COMPARING, Optional.empty());
        for (RunLine line : List.of(
                run(1, 2, RunPhase.READING_METADATA, Optional.empty()),
                last,
                run(1, 5, RunPhase.COMPARING, Optional.empty()),
                last,
                other)) {
            get(findings.putRun(line));
        }
        Page<RunLine> newest = get(findings.runs(ListOrder.NEWEST, Optional.empty(), 1));
        assertThat(newest.items()).containsExactly(other);
        assertThat(get(findings.runs(ListOrder.NEWEST, newest.next(), 5)).items())
                .containsExactly(last);
        assertThat(get(findings.runs(ListOrder.OLDEST, Optional.empty(), 5)).items())
                .containsExactly(last, other);
    }

    @ParameterizedTest
    @EnumSource
    void aCursorOfAnotherListIsRefused(Database database) throws Exception {
        ReconciliationFindings findings = open(database).reconciliationFindings();
        get(findings.putRun(run(1, 1, RunPhase.COMPARING, Optional.empty())));
        get(findings.putRun(run(2, 1, RunPhase.COMPARING, Optional.empty())));
        String cursor =
                get(findings.runs(ListOrder.NEWEST, Optional.empty(), 1)).next().orElseThrow();
        assertThatThrownBy(() -> get(findings.findings(RUN, Filter.ALL, Optional.of(cursor), 1)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(BadCursor.class);
    }
}
