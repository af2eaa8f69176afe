package io.rebalancer.manager.reconcile;

import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/**
 * The runs of the whole fleet as gauges, all 0 on managers without the monitor of runs. No label names a storage node, because
 * fleets are large: a node that no run compares keeps the time of the last complete run from changing.
 */
final class FleetRunGauges {
    private static final MeasurementUnit SECONDS = MeasurementUnit.time().seconds();
    private static final double MILLIS = 1000.0;

    private final Gauge enabled = Kamon.gauge("rebalancer.reconcile.enabled").withoutTags();
    private final Gauge lastComplete =
            Kamon.gauge("rebalancer.reconcile.last-complete", SECONDS).withoutTags();
    private final Gauge coverage = Kamon.gauge("rebalancer.reconcile.coverage").withoutTags();
    private final Gauge tripped =
            Kamon.gauge("rebalancer.reconcile.breaker-nodes").withoutTags();
    private final Gauge duration =
            Kamon.gauge("rebalancer.reconcile.run", SECONDS).withoutTags();

    void showEnabled(boolean isEnabled) {
        enabled.update(isEnabled ? 1 : 0);
    }

    /** @param run the last complete run; empty if there is none */
    void showLastComplete(Optional<RunLine> run) {
        lastComplete.update(
                run.flatMap(RunLine::endedAt).map(Instant::toEpochMilli).orElse(0L) / MILLIS);
    }

    /** @param run the run that compared storage nodes and ended last */
    void showLast(RunState run) {
        long nodes = run.order().map(order -> order.nodes().size()).orElse(0);
        long compared = run.reports().values().stream()
                .filter(each -> each.fault().isEmpty())
                .count();
        coverage.update(nodes == 0 ? 0 : (double) compared / nodes);
        tripped.update(
                run.reports().values().stream().filter(FleetRunGauges::tripped).count());
        duration.update(run.createdAt()
                .flatMap(from ->
                        run.endedAt().map(end -> Duration.between(from, end).toMillis() / MILLIS))
                .orElse(0.0));
    }

    private static boolean tripped(NodeReport report) {
        return report.fault().filter(AbortReason.BREAKER::equals).isPresent();
    }

    /** The monitor has left this manager. */
    void reset() {
        showEnabled(false);
        showLastComplete(Optional.empty());
        showLast(RunState.EMPTY);
    }
}
