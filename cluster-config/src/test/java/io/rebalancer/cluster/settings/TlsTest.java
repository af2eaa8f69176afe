package io.rebalancer.cluster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.cluster.tls.PemSslEngineProvider;
import io.rebalancer.loopback.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members with real certificates over real sockets. */
@Tag("cluster")
@Tag("external")
class TlsTest {
    private static final Duration SHUTDOWN = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final Deque<ActorTestKit> members = new ArrayDeque<>();

    /**
     * Now and then Pekko does not terminate a system: a TLS connection that was closed while it opened stays in its streams. A
     * member's process ends all the same ({@code coordinated-shutdown.exit-jvm}), so this does not fail a test of certificates.
     */
    @AfterEach
    void stop() {
        while (!members.isEmpty()) {
            ActorTestKit.shutdown(members.pop().system(), SHUTDOWN, false);
        }
    }

    private Path authority(String name, String... certificates) throws Exception {
        return authorityWith("rsa", name, certificates);
    }

    private Path authorityWith(String key, String name, String... certificates) throws Exception {
        Path made = directory.resolve(name);
        List<String> command = new ArrayList<>(
                List.of(Path.of("../bin/make-test-ca").toAbsolutePath().toString(), made.toString()));
        command.addAll(List.of(certificates));
        ProcessBuilder make = new ProcessBuilder(command).inheritIO();
        make.environment().put("KEY", key);
        Process script = make.start();
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

    @ParameterizedTest
    @ValueSource(strings = {"ec", "ed25519"})
    void membersWithOtherKeysThanRsaFormACluster(String key) throws Exception {
        Path authority = authorityWith(key, "ours", "one", "two");
        int seed = LoopbackPorts.reserve();
        ActorTestKit one = member(seed, seed, tls(authority, "one"));
        ActorTestKit two = member(LoopbackPorts.reserve(), seed, tls(authority, "two"));
        await().atMost(TIMEOUT).until(() -> up(one) == 2 && up(two) == 2);
    }

    /** The authority of all is the same, and one certificate is for another purpose. */
    @Test
    void aCertificateWithoutACommonNameIsRefused() throws Exception {
        Path ours = authority("ours", "one", "two");
        otherPurpose(ours);
        Config settings = ConfigFactory.parseString(
                        "pekko.remote.artery.ssl.pem-engine { authority = \"%1$s/ca.crt\", certificate = \"%1$s/one.crt\","
                                        .formatted(ours)
                                + " key = \"%s/one.key\", reload = 1m }".formatted(ours))
                .withFallback(ConfigFactory.load());
        ActorTestKit kit = ActorTestKit.create("tls", settings);
        members.push(kit);
        PemSslEngineProvider one = new PemSslEngineProvider(Adapter.toClassic(kit.system()));
        assertThat(one.verifyServerSession("two", session(ours, "two")).isEmpty())
                .isTrue();
        assertThat(one.verifyServerSession("other", session(ours, "other")).get())
                .hasMessageContaining("other has none of the names")
                .hasMessageContaining("rebalancer");
    }

    /** A session in which {@code name} is the server. */
    private static SSLSession session(Path authority, String name) throws Exception {
        Path trusted = authority.resolve("ca.crt");
        SSLContext server = PemIdentity.readMutual(
                        authority.resolve(name + ".crt"), authority.resolve(name + ".key"), trusted)
                .context();
        SSLContext client = PemIdentity.readMutual(authority.resolve("one.crt"), authority.resolve("one.key"), trusted)
                .context();
        try (ServerSocket listener =
                        server.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket call =
                        client.getSocketFactory().createSocket(listener.getInetAddress(), listener.getLocalPort());
                Socket answer = listener.accept()) {
            CompletableFuture<Void> shake = CompletableFuture.runAsync(() -> {
                try {
                    ((SSLSocket) answer).startHandshake();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            SSLSession session = ((SSLSocket) call).getSession();
            shake.get();
            return session;
        }
    }

    private void otherPurpose(Path authority) throws Exception {
        for (String command : List.of(
                "openssl req -newkey rsa:2048 -nodes -keyout other.key -out other.csr -subj /CN=other",
                "openssl x509 -req -in other.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 9 -out other.crt")) {
            Process openssl = new ProcessBuilder(command.split(" "))
                    .directory(authority.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(authority.resolve("log").toFile())
                    .start();
            assertThat(openssl.waitFor()).isZero();
        }
        Files.setPosixFilePermissions(authority.resolve("other.key"), PosixFilePermissions.fromString("rw-------"));
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
