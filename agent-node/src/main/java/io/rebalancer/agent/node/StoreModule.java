package io.rebalancer.agent.node;

import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.FileModes;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.PartLimits;
import io.rebalancer.agent.store.QuarantineBounds;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.agent.store.StoreOptions;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.StoreSettings;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The object store of an agent. It is open before the actor system starts and until the actor system has ended. */
final class StoreModule {
    private static final Logger LOGGER = LoggerFactory.getLogger(StoreModule.class);

    private final StorageNodeId node;
    private final ObjectStore store;

    private StoreModule(StorageNodeId node, ObjectStore store) {
        this.node = node;
        this.store = store;
    }

    /**
     * Opens the object store.
     *
     * @throws SettingsFault if the durability is unknown
     * @throws IOException if the object root is not usable
     */
    static StoreModule open(AgentSettings settings) throws IOException {
        return new StoreModule(
                settings.storageNode(),
                ObjectStore.open(settings.root(), options(settings), bounds(settings.limits())));
    }

    private static StoreOptions options(AgentSettings agent) {
        StoreSettings settings = agent.store();
        try {
            return new StoreOptions(
                    Durability.of(settings.durability()),
                    new QuarantineBounds(
                            settings.quarantine().maxAge(),
                            settings.quarantine().maxBytes()),
                    FileModes.of(settings.fileMode(), settings.directoryMode()),
                    limits(agent.parts()));
        } catch (IllegalArgumentException e) {
            throw new SettingsFault("setting in rebalancer.agent: " + e.getMessage());
        }
    }

    private static SpaceGuard.Bounds bounds(CopyLimits limits) {
        return new SpaceGuard.Bounds(limits.freeSpaceFloorMib() << 20, limits.fillCeilingPercent());
    }

    private static PartLimits limits(AgentSettings.PartSettings settings) {
        return new PartLimits(settings.maxAge(), settings.maxObjectOfUnknownSize());
    }

    void logState() {
        LOGGER.info(
                "agent={} opened its object store: durability={} temporary-files-removed={} resumable-parts={}"
                        + " quarantined-files={} quarantined-bytes={} files=[{}] directories=[{}]",
                node,
                store.durability().word(),
                store.removedPartFiles(),
                store.resumableParts(),
                store.quarantinedFiles(),
                store.quarantinedBytes(),
                store.fileAccess(),
                store.directoryAccess());
        if (store.runsAsRootWithoutNeed()) {
            LOGGER.warn("agent={} runs as root without need; run it as the user that owns the object root", node);
        }
        if (store.durability() == Durability.OS) {
            LOGGER.warn("agent={} durability=os: a power cut may lose reported copies; use it for tests only", node);
        }
    }

    ObjectStore store() {
        return store;
    }

    void applyLimits(CopyLimits limits) {
        store.space().setBounds(bounds(limits));
    }

    void close() {
        try {
            store.close();
        } catch (IOException e) {
            LOGGER.warn("agent={} failed to close the object store: {}", node, e.toString());
        }
    }
}
