package io.rebalancer.manager.fleet;

import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.core.text.StableWord;
import java.time.Duration;
import java.util.List;
import kamon.Kamon;
import kamon.metric.Gauge;
import kamon.metric.MeasurementUnit;

/**
 * The storage nodes that storinfo lists, as gauges: how many are in service with a reachable agent, in service with an
 * unreachable one, and out of service; the free space that jobs may fill; and the age of storinfo's answer. No label names a
 * node, because fleets are large and each manager would report all of them.
 */
final class FleetGauges {
    private enum State {
        REACHABLE,
        UNREACHABLE,
        OUT_OF_SERVICE
    }

    private static final long MIB = 1024 * 1024;

    private final Gauge available = Kamon.gauge(
                    "rebalancer.fleet.available", MeasurementUnit.information().bytes())
            .withoutTags();
    private final Gauge answerAge = Kamon.gauge(
                    "rebalancer.storinfo.answer-age", MeasurementUnit.time().seconds())
            .withoutTags();

    FleetGauges() {
        update(DestinationCandidates.UNKNOWN, Duration.ZERO);
    }

    /** @param sinceAnswer since storinfo last answered, or since the start if it has not */
    void update(DestinationCandidates nodes, Duration sinceAnswer) {
        count(State.REACHABLE, nodes.reachable());
        count(State.UNREACHABLE, nodes.unreachable());
        count(State.OUT_OF_SERVICE, nodes.closed());
        available.update(
                nodes.reachable().stream().mapToLong(StorageNode::availableMib).sum() * (double) MIB);
        answerAge.update(sinceAnswer.toMillis() / 1000.0);
    }

    private static void count(State state, List<StorageNode> nodes) {
        Kamon.gauge("rebalancer.fleet.nodes")
                .withTag("state", StableWord.of(state))
                .update(nodes.size());
    }
}
