package io.rebalancer.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.AgentSettings.SourceSettings;
import io.rebalancer.core.object.StorageNodeId;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTopologyTest {
    private static final StorageNodeId CONFIGURED = new StorageNodeId("2.stor.example.com");
    private static final StorageNodeId IN_DOMAIN = new StorageNodeId("3.stor.example.com");

    private static SourceTopology topology(String domain, Map<StorageNodeId, URI> addresses) {
        return new SourceTopology(new SourceSettings(domain, addresses, Duration.ofSeconds(1), 1));
    }

    private static SourceTopology topology() {
        return topology("stor.example.com", Map.of(CONFIGURED, URI.create("http://127.0.0.1:81")));
    }

    @Test
    void aConfiguredAddressIsUsed() {
        assertThat(topology().addressOf(CONFIGURED)).contains(URI.create("http://127.0.0.1:81"));
    }

    @Test
    void aStorageNodeOfTheDomainIsCalledByItsName() {
        URI address = URI.create("http://3.stor.example.com");
        assertThat(topology().addressOf(IN_DOMAIN)).contains(address);
        assertThat(topology("example.com", Map.of()).addressOf(IN_DOMAIN)).contains(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "web.stor.example.com",
                "4.web.stor.example.com",
                "evil3.stor.example.com",
                "3.stor.xexample.com",
                "4.example.com",
                "3.stor.stor.example.com",
                "localhost",
                "127.0.0.1",
                "3.stor.example.com.evil.org",
                "xstor.example.com"
            })
    void anUnknownNodeHasNoAddress(String id) {
        assertThat(topology().addressOf(new StorageNodeId(id))).isEmpty();
        assertThat(topology("example.com", Map.of()).addressOf(new StorageNodeId(id)))
                .isEmpty();
    }

    @Test
    void withoutADomainOnlyConfiguredNodesHaveAnAddress() {
        assertThat(topology("", Map.of()).addressOf(IN_DOMAIN)).isEmpty();
    }
}
