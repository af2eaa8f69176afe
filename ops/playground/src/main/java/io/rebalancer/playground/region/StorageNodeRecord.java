package io.rebalancer.playground.region;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.ExactJson;

/**
 * The report of a storage node: its row in bucket {@code manta_storage} and its entry in storinfo (manta.md 6.6, 8).
 */
public final class StorageNodeRecord {
    private static final long AVAILABLE_MIB = 800_000;
    private static final int PERCENT_USED = 20;

    private StorageNodeRecord() {}

    /** Creates the report. All nodes have the same size, so that an evacuation spreads over all of them. */
    public static ObjectNode of(SimulatedNode node) {
        ObjectNode value = ExactJson.MAPPER.createObjectNode();
        value.put("hostname", "host-" + node.number());
        value.put("manta_compute_id", "compute-" + node.number());
        value.put("manta_storage_id", node.storageId());
        value.put("datacenter", node.datacenter());
        value.put("filesystem", "/manta");
        value.put("availableMB", AVAILABLE_MIB);
        value.put("percentUsed", PERCENT_USED);
        value.put("timestamp", System.currentTimeMillis());
        return value;
    }
}
