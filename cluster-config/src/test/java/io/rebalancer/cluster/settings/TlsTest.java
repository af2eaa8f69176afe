package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.loopback.LoopbackPorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members with real certificates over real sockets. */
@Tag("cluster")
@Tag("external")
class TlsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final Deque<ActorTestKit> members = new ArrayDeque<>();

    @AfterEach
    void stop() {
        while (!members.isEmpty()) {
            members.pop().shutdownTestKit();
        }
    }

    private Path authority(String name, String... certificates) throws Exception {
        Path made = directory.resolve(name);
        List<String> command = new ArrayList<>(
                List.of(Path.of("../bin/make-test-ca").toAbsolutePath().toString(), made.toString()));
        command.addAll(List.of(certificates));
        Process script = new ProcessBuilder(command).inheritIO().start();
        assertThat(script.waitFor()).isZero();
        return made;
    }

    private static Config tls(Path authority, String name) {
        return ConfigFactory.parseString("""
                rebalancer.cluster.tls { enabled = on, reload = 1s, authority = "%s/ca.crt"
                  certificate = "%s/%s.crt", key = "%s/%s.key" }
                """.formatted(authority, authority, name, authority, name));
    }

    private ActorTestKit member(int port, int seed, Config tls) {
        Config root = SettingsFile.over(
                ConfigFactory.parseString("""
                        rebalancer.cluster { port = %d, seed-nodes = ["127.0.0.1:%d"], first-seed-timeout = 1s }
                        pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                        pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                        pekko.actor.testkit.typed.system-shutdown-default = 60s
                        pekko.cluster.retry-unsuccessful-join-after = 1s
                        """.formatted(port, seed)).withFallback(tls));
        ActorTestKit kit = ActorTestKit.create(
                ClusterSettings.SYSTEM_NAME, ClusterSettings.from(root).applyTo(root, List.of()));
        members.push(kit);
        return kit;
    }

    private static long up(ActorTestKit kit) {
        return StreamSupport.stream(
                        Cluster.get(kit.system()).state().getMembers().spliterator(), false)
                .filter(member -> member.status().equals(MemberStatus.up()))
                .count();
    }

    @Test
    void onlyCertificatesOfTheSameAuthorityAreLetIn() throws Exception {
        Path ours = authority("ours", "one", "two", "three");
        Path theirs = authority("theirs", "stranger");
        int seed = LoopbackPorts.reserve();
        ActorTestKit one = member(seed, seed, tls(ours, "one"));
        ActorTestKit stranger = member(LoopbackPorts.reserve(), seed, tls(theirs, "stranger"));
        ActorTestKit clear = member(LoopbackPorts.reserve(), seed, ConfigFactory.empty());
        ActorTestKit two = member(LoopbackPorts.reserve(), seed, tls(ours, "two"));
        await().atMost(TIMEOUT).until(() -> up(one) == 2 && up(two) == 2);
        assertThat(up(stranger)).isZero();
        assertThat(up(clear)).isZero();
    }

    /** The certificate of the first member is replaced. A member that trusts only the new authority can join at once. */
    @Test
    void certificatesAreReloaded() throws Exception {
        Path old = authority("old", "one");
        Path fresh = authority("fresh", "one", "two");
        int seed = LoopbackPorts.reserve();
        ActorTestKit one = member(seed, seed, tls(old, "one"));
        await().atMost(TIMEOUT).until(() -> up(one) == 1);
        for (String file : List.of("ca.crt", "one.crt", "one.key")) {
            Files.copy(fresh.resolve(file), old.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        ActorTestKit two = member(LoopbackPorts.reserve(), seed, tls(fresh, "two"));
        await().atMost(TIMEOUT).until(() -> up(one) == 2 && up(two) == 2);
    }

    @Test
    void aFileThatIsMissingIsNamed() {
        Config root = SettingsFile.over(tls(directory.resolve("none"), "one"));
        assertThatThrownBy(() -> ClusterSettings.from(root))
                .isInstanceOf(SettingsFault.class)
                .hasMessageContaining("none/one.crt can't be read");
    }
}
