package io.rebalancer.cluster.settings;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.loopback.LoopbackPorts;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A member whose settings name no other member has nobody to wait for: the first seed timeout does not apply to it. */
@Tag("cluster")
class LoneMemberTest {
    @ParameterizedTest
    @ValueSource(strings = {"[]", "[\"127.0.0.1:%d\"]"})
    void aMemberAloneFormsItsClusterAtOnce(String seeds) throws Exception {
        int port = LoopbackPorts.reserve();
        Config root = SettingsFile.over(ConfigFactory.parseString("""
                rebalancer.cluster { port = %d, seed-nodes = %s, first-seed-timeout = 1h }
                pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                """.formatted(port, seeds.formatted(port))));
        ActorTestKit kit = ActorTestKit.create(
                ClusterSettings.SYSTEM_NAME, ClusterSettings.from(root).applyTo(root, List.of()));
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Cluster.get(kit.system()).selfMember().status().equals(MemberStatus.up()));
        } finally {
            kit.shutdownTestKit();
        }
    }
}
