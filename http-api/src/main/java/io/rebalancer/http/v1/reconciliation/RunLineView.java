package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.rebalancer.core.port.ReconciliationFindings.Comparisons;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.AbortReason;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One line of the list of runs. It has counts, and no names of storage nodes, owners or objects.
 *
 * @param mode {@code observe}, {@code plan} or {@code act}
 * @param phase such as {@code COMPARING}
 * @param abort a stable word; absent unless the run ended early
 * @param orderedBy absent in the status of reconciliation
 * @param endedAt absent while the run works
 * @param nodes storage nodes that the run compares or repairs
 * @param done how far it is
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record RunLineView(
        UUID id,
        long number,
        String mode,
        String phase,
        Optional<String> abort,
        Optional<String> orderedBy,
        Instant createdAt,
        Optional<Instant> endedAt,
        int nodes,
        @JsonUnwrapped Done done) {

    /**
     * How far a run is.
     *
     * @param compared storage nodes that are compared, or repaired, completely
     * @param unknown storage nodes that could not be compared or repaired, or not completely
     * @param found findings of all kinds
     * @param repaired findings that were repaired
     */
    record Done(int compared, int unknown, long found, long repaired) {
        static Done of(Comparisons done) {
            return new Done(done.compared(), done.unknown(), done.found(), done.repaired());
        }
    }

    static RunLineView of(RunLine run) {
        return of(run, Optional.of(run.orderedBy()));
    }

    /** The line without the name of who ordered the run. */
    static RunLineView nameless(RunLine run) {
        return of(run, Optional.empty());
    }

    private static RunLineView of(RunLine run, Optional<String> orderedBy) {
        return new RunLineView(
                run.id(),
                run.number(),
                run.mode().word(),
                run.phase().name(),
                run.abort().map(AbortReason::word),
                orderedBy,
                run.createdAt(),
                run.endedAt(),
                run.nodes(),
                Done.of(run.comparisons()));
    }
}
