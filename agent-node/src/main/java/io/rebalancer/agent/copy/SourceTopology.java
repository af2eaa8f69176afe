package io.rebalancer.agent.copy;

import io.rebalancer.cluster.settings.AgentSettings.SourceSettings;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The storage nodes that an agent may call. This is a security rule: an order names its sources, but the agent calls
 * only addresses that its own settings know.
 */
public final class SourceTopology {
    private static final String STORAGE = "stor.";

    private final Optional<Pattern> names;
    private final Map<StorageNodeId, URI> addresses;

    public SourceTopology(SourceSettings settings) {
        this.names = settings.domain().isEmpty() ? Optional.empty() : Optional.of(storageNodesOf(settings.domain()));
        this.addresses = settings.addresses();
    }

    /**
     * The names of storage nodes: a number, "stor", and the domain of the region, which may include "stor" here. Other names
     * of the domain may belong to customers, whose machines must not become sources.
     */
    private static Pattern storageNodesOf(String domain) {
        String storage = domain.startsWith(STORAGE) ? domain : STORAGE + domain;
        return Pattern.compile("[0-9]+\\." + Pattern.quote(storage));
    }

    /**
     * The base URL of a storage node's file server: its configured address, or its own name if that is the name of a storage
     * node in the configured domain. Empty if the settings do not know the node.
     */
    public Optional<URI> addressOf(StorageNodeId node) {
        URI configured = addresses.get(node);
        if (configured != null) {
            return Optional.of(configured);
        }
        return names.filter(pattern -> pattern.matcher(node.text()).matches()).isPresent()
                ? Optional.of(URI.create("http://" + node.text()))
                : Optional.empty();
    }
}
