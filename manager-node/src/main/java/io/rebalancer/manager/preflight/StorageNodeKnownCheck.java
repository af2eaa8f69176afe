package io.rebalancer.manager.preflight;

import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import java.util.concurrent.CompletionStage;

/** Fails if the fleet's register does not list the storage node. */
final class StorageNodeKnownCheck implements PreflightCheck {

    @Override
    public CheckName name() {
        return CheckName.STORAGE_NODE_KNOWN;
    }

    @Override
    public CompletionStage<CheckResult> run(PreflightSubject subject) {
        return subject.found()
                .thenApply(found -> found.map(node -> CheckResult.pass(
                                name(), node.storageNode() + " is registered in datacenter " + node.datacenter()))
                        .orElseGet(() -> CheckResult.fail(
                                name(),
                                "no record of " + subject.given() + " in bucket manta_storage of Moray shard 1",
                                "use a storage id from the list of storage nodes")));
    }
}
