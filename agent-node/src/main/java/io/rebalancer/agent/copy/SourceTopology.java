package io.rebalancer.agent.copy;

import io.rebalancer.cluster.settings.AgentSettings.SourceSettings;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * The storage nodes that an agent may call. This is a security rule: an order names its sources, but the agent calls
 * only addresses that its own settings know.
 */
public final class SourceTopology {
    private final String domain;
    private final Map<StorageNodeId, URI> addresses;

    public SourceTopology(SourceSettings settings) {
        this.domain = settings.domain();
        this.addresses = settings.addresses();
    }

    /**
     * The base URL of a storage node's file server: its configured address, or its own name if it is below the
     * configured domain. Empty if the settings do not know the node.
     */
    public Optional<URI> addressOf(StorageNodeId node) {
        URI configured = addresses.get(node);
        if (configured != null) {
            return Optional.of(configured);
        }
        return !domain.isEmpty() && node.text().endsWith("." + domain)
                ? Optional.of(URI.create("http://" + node.text()))
                : Optional.empty();
    }
}
