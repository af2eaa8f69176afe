package io.rebalancer.manager.reconcile;

import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunPhase;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the list of runs shows about the whole fleet.
 *
 * @param last the run that compared storage nodes and ended last
 * @param lastComplete the newest finished run without an unknown storage node, of those that compared most of the fleet. A run
 *     over a few nodes counts only while there is no run over more, so it can't hide that the others were not compared
 */
record RunHistory(Optional<RunLine> last, Optional<RunLine> lastComplete) {
    /**
     * @param lines runs of all modes, in any order
     * @param fleet number of storage nodes now
     */
    static RunHistory of(List<RunLine> lines, int fleet) {
        Comparator<RunLine> byEnd = Comparator.comparing(RunHistory::end);
        List<RunLine> compared = lines.stream()
                .filter(each -> each.mode() == RunMode.OBSERVE || each.mode() == RunMode.PLAN)
                .filter(each -> each.endedAt().isPresent())
                .toList();
        return new RunHistory(
                compared.stream().max(byEnd),
                compared.stream()
                        .filter(each -> each.phase() == RunPhase.FINISHED
                                && each.comparisons().unknown() == 0)
                        // A fleet that became smaller needs no run over as many nodes as before.
                        .max(Comparator.comparingInt((RunLine each) -> Math.min(each.nodes(), fleet))
                                .thenComparing(byEnd)));
    }

    private static Instant end(RunLine line) {
        return line.endedAt().orElse(Instant.EPOCH);
    }
}
