package io.rebalancer.core.port;

import io.rebalancer.core.storage.StorageNode;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The list of storage nodes with their free space (manta.md section 8). */
public interface StorageInventory {

    /** All nodes that may receive objects; fails when the inventory gives no whole answer. */
    CompletionStage<List<StorageNode>> storageNodes();
}
