package io.rebalancer.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A manager and two agents in one JVM. */
@Tag("slow")
class MemberPresenceTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String STAYS = Roles.storage(new StorageNodeId("1.stor"));
    private static final String CHANGES = Roles.storage(new StorageNodeId("2.stor"));

    private final ActorTestKit manager = member(Roles.MANAGER);
    private final ActorTestKit stays = member(STAYS);
    private final ActorTestKit changes = member(CHANGES);

    @AfterEach
    void stop() {
        changes.shutdownTestKit();
        stays.shutdownTestKit();
        manager.shutdownTestKit();
    }

    private static ActorTestKit member(String role) {
        return ActorTestKit.create("rebalancer", SettingsFile.over(ConfigFactory.parseString("""
                pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                pekko.cluster {
                  jmx.enabled = off
                  roles = ["%s"]
                  gossip-interval = 100ms
                  leader-actions-interval = 100ms
                  run-coordinated-shutdown-when-down = off
                  failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 1s }
                  split-brain-resolver { stable-after = 20s, down-all-when-unstable = off }
                }
                pekko.coordinated-shutdown {
                  run-by-jvm-shutdown-hook = off, run-by-actor-system-terminate = off, terminate-actor-system = off
                }
                """.formatted(role))));
    }

    private void join(ActorTestKit member) {
        Cluster own = Cluster.get(member.system());
        own.manager()
                .tell(Join.create(Cluster.get(manager.system()).selfMember().address()));
        await().atMost(TIMEOUT).until(() -> own.selfMember().status().equals(MemberStatus.up()));
    }

    @Test
    void rolesAreReachableWhileTheirMemberIsUpAndReachable() {
        join(manager);
        join(stays);
        await().atMost(TIMEOUT).until(() -> MemberPresence.get(manager.system()).isReachable(STAYS));
        // Known from the cluster's state at once, not only after the first event.
        assertThat(MemberPresence.get(stays.system()).isReachable(STAYS)).isTrue();
        MemberPresence presence = MemberPresence.get(manager.system());
        assertThat(presence.isReachable(Roles.MANAGER)).isTrue();
        assertThat(presence.isReachable(CHANGES)).isFalse();
        join(changes);
        await().atMost(TIMEOUT).until(() -> presence.isReachable(CHANGES));
        // The member crashes; the split brain resolver leaves it in the cluster as unreachable.
        changes.system().terminate();
        await().atMost(TIMEOUT).until(() -> !presence.isReachable(CHANGES));
        assertThat(presence.isReachable(STAYS)).isTrue();
        assertThat(MemberPresence.get(manager.system())).isSameAs(presence);
    }
}
