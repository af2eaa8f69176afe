package io.rebalancer.manager.preflight;

import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Warns while storinfo lists the storage node: gateways may then choose it for new objects, which the job has to find again.
 * The rebalancer can't fence a node at the gateways (manta.md 5.1).
 */
final class NoNewWritesCheck implements PreflightCheck {
    private final FleetQueries fleet;

    NoNewWritesCheck(FleetQueries fleet) {
        this.fleet = fleet;
    }

    @Override
    public CheckName name() {
        return CheckName.NO_NEW_WRITES;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return subject.leaving()
                .thenCombine(
                        fleet.nodes(),
                        (leaving, nodes) ->
                                all(nodes).anyMatch(each -> each.id().equals(leaving.storageNode()))
                                        ? CheckResult.warn(
                                                name(),
                                                "storinfo lists " + leaving.storageNode()
                                                        + ", so gateways may write new objects to it while the job runs",
                                                "mark the node as read-only in the configuration of storinfo or minnow; until"
                                                        + " then the job may need further passes")
                                        : CheckResult.pass(
                                                name(),
                                                "storinfo does not list " + leaving.storageNode()
                                                        + ", so gateways choose it for no new object"));
    }

    private static Stream<StorageNode> all(DestinationCandidates nodes) {
        return Stream.of(nodes.reachable(), nodes.unreachable(), nodes.closed()).flatMap(each -> each.stream());
    }
}
