package io.rebalancer.cluster;

import io.rebalancer.core.object.StorageNodeId;

/** The roles of cluster members. */
public final class Roles {
    public static final String MANAGER = "manager";
    public static final String AGENT = "agent";

    private static final String STORAGE_PREFIX = "storage.";

    private Roles() {}

    /** The role of the agent beside the disks of {@code node}. Only one member may have it. */
    public static String storage(StorageNodeId node) {
        return storage(node.text());
    }

    static String storage(String storageId) {
        return STORAGE_PREFIX + storageId;
    }
}
