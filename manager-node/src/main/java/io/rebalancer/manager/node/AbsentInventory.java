package io.rebalancer.manager.node;

import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.RunToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The inventory of a storage node whose agent has none: every call fails, so the node counts as unknown. */
record AbsentInventory(StorageNodeId node) implements NodeInventory {

    private <T> CompletionStage<T> absent() {
        return CompletableFuture.failedFuture(new AgentUnavailable(
                AgentUnavailable.Code.AGENT_NOT_IN_CLUSTER,
                "the agent of " + node + " has no inventories; upgrade the managers and that agent"));
    }

    @Override
    public CompletionStage<InventoryStatus> begin(RunToken token) {
        return absent();
    }

    @Override
    public CompletionStage<InventoryStatus> status(UUID runId) {
        return absent();
    }

    @Override
    public CompletionStage<List<Integer>> differing(UUID runId, Optional<CopyKey> after, List<RangeDigest> ranges) {
        return absent();
    }

    @Override
    public CompletionStage<EntryPage> entries(UUID runId, KeyRange range, int limit) {
        return absent();
    }

    @Override
    public CompletionStage<Void> drop(UUID runId) {
        return absent();
    }

    @Override
    public CompletionStage<List<CopyFacts>> look(List<CopyKey> keys) {
        return absent();
    }

    @Override
    public CompletionStage<List<ContentFacts>> readContents(List<CopyKey> keys) {
        return absent();
    }

    @Override
    public CompletionStage<Map<CopyKey, QuarantineOrder.Result>> quarantine(QuarantineOrder order) {
        return absent();
    }

    @Override
    public CompletionStage<QuarantinePage> quarantined(Optional<String> after, int limit) {
        return absent();
    }

    @Override
    public CompletionStage<Restore> restore(String id) {
        return absent();
    }

    @Override
    public CompletionStage<List<String>> purge(PurgeOrder order) {
        return absent();
    }
}
