package io.rebalancer.core.port;

import io.rebalancer.core.storage.StorageNode;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The list of storage nodes with their free space (manta.md section 8). */
public interface StorageInventory {

    /** All nodes that may receive objects. Fails if the inventory is unreachable or its reply is incomplete. */
    CompletionStage<List<StorageNode>> storageNodes();
}
