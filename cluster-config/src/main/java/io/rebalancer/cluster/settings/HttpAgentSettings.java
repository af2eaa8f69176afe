package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * How a manager calls agents over the legacy HTTP API.
 *
 * @param addresses base URLs of agents that are reached over this API only
 * @param tokens empty if these agents need no token
 */
public record HttpAgentSettings(Map<StorageNodeId, URI> addresses, Optional<AccessTokens> tokens) {

    public HttpAgentSettings {
        addresses = Map.copyOf(addresses);
    }

    static HttpAgentSettings from(Config section) {
        return new HttpAgentSettings(
                SettingsFile.urls(section, "http-agents"), AccessTokens.from(section, "http-agent-token-file"));
    }
}
