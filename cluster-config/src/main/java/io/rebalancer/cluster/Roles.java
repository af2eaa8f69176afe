package io.rebalancer.cluster;

import io.rebalancer.core.object.StorageNodeId;

/** Roles that cluster members carry. */
public final class Roles {
    public static final String MANAGER = "manager";
    public static final String AGENT = "agent";

    private static final String STORAGE_PREFIX = "storage.";

    private Roles() {}

    /** The role of the one member that sits on the disks of {@code node}. */
    public static String storage(StorageNodeId node) {
        return storage(node.text());
    }

    static String storage(String storageId) {
        return STORAGE_PREFIX + storageId;
    }
}
