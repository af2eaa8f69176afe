package io.rebalancer.manager.preflight;

import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.fleet.DestinationCandidates;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Fails if the agent of no destination is reachable; warns if agents of some are not. */
final class AgentsReachableCheck implements PreflightCheck {
    private static final int MAX_NAMED = 5;

    private final FleetQueries fleet;

    AgentsReachableCheck(FleetQueries fleet) {
        this.fleet = fleet;
    }

    @Override
    public CheckName name() {
        return CheckName.AGENTS_REACHABLE;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return subject.leaving().thenCombine(fleet.nodes(), (leaving, nodes) -> {
            DestinationCandidates others = without(nodes, leaving.storageNode().text());
            int reachable = others.reachable().size();
            int all = reachable + others.unreachable().size();
            String detail = "the agents of " + reachable + " of " + all + " destinations are reachable";
            if (reachable == 0) {
                return CheckResult.fail(name(), detail, "start the agents; without one nothing is copied");
            }
            return reachable == all
                    ? CheckResult.pass(name(), detail)
                    : CheckResult.warn(
                            name(),
                            detail + "; not those of " + names(others.unreachable()),
                            "start these agents, or expect that their storage nodes receive nothing");
        });
    }

    private static DestinationCandidates without(DestinationCandidates all, String leaving) {
        return new DestinationCandidates(
                all.known(), without(all.reachable(), leaving), without(all.unreachable(), leaving), all.closed());
    }

    private static List<StorageNode> without(List<StorageNode> all, String leaving) {
        return all.stream().filter(node -> !node.id().text().equals(leaving)).toList();
    }

    private static String names(List<StorageNode> nodes) {
        return nodes.stream().limit(MAX_NAMED).map(node -> node.id().text()).collect(Collectors.joining(", "))
                + (nodes.size() > MAX_NAMED ? ", ..." : "");
    }
}
