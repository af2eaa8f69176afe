package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.port.ReconciliationFindings.Comparisons;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which run of a list is the last one, and which is the last complete one. */
class RunHistoryTest {
    private static final int FLEET = 4;

    private final List<RunLine> lines = new ArrayList<>();

    private RunLine add(RunMode mode, RunPhase phase, int nodes, int unknown) {
        int number = lines.size() + 1;
        Instant at = Instant.ofEpochSecond(1000L * number);
        RunLine line = new RunLine(
                new UUID(0, number),
                number,
                1,
                mode,
                phase,
                Optional.empty(),
                "ann",
                at,
                phase.terminal() ? Optional.of(at.plusSeconds(60)) : Optional.empty(),
                nodes,
                new Comparisons(nodes - unknown, unknown, 0, 0));
        lines.add(line);
        return line;
    }

    @Test
    void aRunWithAnUnknownNodeOrAnAbortedOneIsNotComplete() {
        RunLine complete = add(RunMode.PLAN, RunPhase.FINISHED, FLEET, 0);
        add(RunMode.OBSERVE, RunPhase.FINISHED, FLEET, 1);
        RunLine aborted = add(RunMode.OBSERVE, RunPhase.ABORTED, FLEET, 0);
        add(RunMode.ACT, RunPhase.FINISHED, FLEET, 0);
        add(RunMode.OBSERVE, RunPhase.COMPARING, FLEET, 0);
        assertThat(RunHistory.of(lines, FLEET)).isEqualTo(new RunHistory(Optional.of(aborted), Optional.of(complete)));
    }

    @Test
    void aRunOverAFewNodesHidesNoRunOverTheFleet() {
        RunLine few = add(RunMode.OBSERVE, RunPhase.FINISHED, 1, 0);
        assertThat(RunHistory.of(lines, FLEET).lastComplete()).contains(few);
        RunLine whole = add(RunMode.OBSERVE, RunPhase.FINISHED, FLEET, 0);
        RunLine last = add(RunMode.OBSERVE, RunPhase.FINISHED, 1, 0);
        assertThat(RunHistory.of(lines, FLEET)).isEqualTo(new RunHistory(Optional.of(last), Optional.of(whole)));
        assertThat(RunHistory.of(lines, FLEET + 1).lastComplete())
                .as("a new node does not make the run forgotten")
                .contains(whole);
    }

    @Test
    void afterNodesHaveLeftTheFleetARunOverTheOthersIsComplete() {
        add(RunMode.OBSERVE, RunPhase.FINISHED, FLEET, 0);
        RunLine fewer = add(RunMode.OBSERVE, RunPhase.FINISHED, FLEET - 1, 0);
        assertThat(RunHistory.of(lines, FLEET - 1).lastComplete()).contains(fewer);
    }

    @Test
    void aListWithoutRunsHasNeither() {
        assertThat(RunHistory.of(lines, FLEET)).isEqualTo(new RunHistory(Optional.empty(), Optional.empty()));
    }
}
