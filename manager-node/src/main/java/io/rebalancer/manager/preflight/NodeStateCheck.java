package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import java.util.concurrent.CompletionStage;

/** Fails if the storage node was removed from the fleet; warns if an earlier job has emptied it, or has tried. */
final class NodeStateCheck implements PreflightCheck {
    private final StorageNodeService nodes;

    NodeStateCheck(StorageNodeService nodes) {
        this.nodes = nodes;
    }

    @Override
    public CheckName name() {
        return CheckName.NODE_STATE;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return subject.leaving()
                .thenCombine(
                        nodes.outOfService(),
                        (leaving, outOfService) -> outOfService.stream()
                                .filter(status -> status.node().equals(leaving.storageNode()))
                                .findFirst()
                                .map(this::result)
                                .orElseGet(() -> CheckResult.pass(name(), leaving.storageNode() + " is IN_SERVICE")));
    }

    private CheckResult result(NodeStatus status) {
        StorageNodeId node = status.node();
        String detail = status.text();
        if (status.state() == ServiceState.EXCLUDED) {
            return CheckResult.pass(name(), detail);
        }
        return status.state() == ServiceState.REMOVED
                ? CheckResult.fail(
                        name(),
                        detail,
                        "if the node is back, put it in service first: rebalancer-adm node recommission " + node)
                : CheckResult.warn(
                        name(),
                        detail,
                        "nothing, if the job is to continue what the earlier job left or to verify the node again");
    }
}
