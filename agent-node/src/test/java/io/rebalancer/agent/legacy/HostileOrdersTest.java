package io.rebalancer.agent.legacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.copy.CopyOrder;
import io.rebalancer.agent.copy.SourceTopology;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.legacy.LegacyTask;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile texts in place of an id or a source never become a path or an address. */
class HostileOrdersTest {
    private static final String UUID_TEXT = "b2f8a9a0-3c1d-4f55-8b0e-6a7f0b1c2d3e";
    private static final String MD5 = "XUFAKrxLKna5cZ2REBfFkg==";
    private static final SourceTopology TOPOLOGY =
            new SourceTopology(AgentSettings.from(SettingsFile.over(ConfigFactory.parseString("""
            rebalancer.agent {
              storage-id = "1.stor.example.com", root = "/manta", domain = "stor.example.com"
              sources = [{ storage-id = "10.0.0.7:8080", url = "http://10.0.0.7:8080" }]
            }""")))
                    .sources());

    /** Path traversal in more than forty spellings. */
    static List<String> traversals() {
        return List.of(
                "..",
                ".",
                "",
                " ",
                "/",
                "../",
                "../..",
                "../../etc/passwd",
                "..\\..\\windows",
                "/etc/passwd",
                "//etc/passwd",
                "./x",
                "x/../y",
                UUID_TEXT + "/..",
                UUID_TEXT + "/../x",
                "../" + UUID_TEXT,
                "/" + UUID_TEXT,
                UUID_TEXT + "/",
                UUID_TEXT + ".",
                UUID_TEXT + " ",
                " " + UUID_TEXT,
                UUID_TEXT + "\0",
                UUID_TEXT + "\n",
                "\0",
                "%2e%2e",
                "%2e%2e%2f",
                "..%2f..%2f",
                "%252e%252e%252f",
                "..%c0%af",
                "..%c1%9c",
                "%00",
                "..;/",
                "....//",
                "..././",
                "~",
                "~root",
                "$HOME",
                "${HOME}",
                "`id`",
                "C:\\",
                "file:///etc/passwd",
                "\u2024\u2024/",
                "\uff0e\uff0e/",
                "\u202e" + UUID_TEXT,
                UUID_TEXT.substring(0, 35),
                UUID_TEXT.replace("-", "/"),
                "1-1-1-1-1",
                ".rebalancer",
                "-rf");
    }

    private static LegacyTask task(String objectId, String owner, String source, String bucketId, String nameHash) {
        Optional<String> bucket = bucketId.isEmpty() ? Optional.empty() : Optional.of(bucketId);
        Optional<String> hash = nameHash.isEmpty() ? Optional.empty() : Optional.of(nameHash);
        return new LegacyTask(objectId, owner, MD5, "dc1", source, bucket, hash);
    }

    private static LegacyOrders.ParsedTask parse(LegacyTask task) {
        return LegacyOrders.parse(new UUID(1, 1), 0, task);
    }

    @ParameterizedTest
    @MethodSource("traversals")
    void noSpellingOfAnIdBecomesAPath(String text) {
        assertThat(traversals()).hasSizeGreaterThan(40).doesNotHaveDuplicates();
        String good = "2.stor.example.com";
        String hash = "d41d8cd98f00b204e9800998ecf8427e";
        Stream.of(
                        task(text, UUID_TEXT, good, "", ""),
                        task(UUID_TEXT, text, good, "", ""),
                        task(UUID_TEXT, UUID_TEXT, good, text.isEmpty() ? " " : text, hash),
                        task(UUID_TEXT, UUID_TEXT, good, UUID_TEXT, text.isEmpty() ? " " : text))
                .forEach(task -> {
                    LegacyOrders.ParsedTask parsed = parse(task);
                    assertThat(parsed.order()).as("%s", task).isEmpty();
                    assertThat(parsed.failure()).isPresent();
                });
    }

    /** The path of every valid id stays below the root. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE})
    void everyPathStaysBelowTheRoot(long bits) {
        ObjectKey v1 = new ObjectKey(new UUID(bits, ~bits), new UUID(~bits, bits));
        ObjectKey v2 = ObjectKey.parse(
                v1.owner().toString(), v1.objectId().toString(), UUID_TEXT, "d41d8cd98f00b204e9800998ecf8427e");
        Path root = Path.of("/manta");
        for (ObjectKey key : List.of(v1, v2)) {
            Path path = root.resolve(key.relativePath());
            assertThat(path.normalize()).isEqualTo(path).startsWithRaw(root);
        }
    }

    /** Forbidden sources in more than sixty spellings. */
    static List<String> sources() {
        return List.of(
                "localhost",
                "LOCALHOST",
                "localhost.",
                "127.0.0.1",
                "127.1",
                "127.0.1",
                "0",
                "0.0.0.0",
                "2130706433",
                "0x7f000001",
                "0x7f.0.0.1",
                "0177.0.0.1",
                "017700000001",
                "127.0.0.1:80",
                "127.0.0.1:22",
                "[::1]",
                "::1",
                "[::]",
                "[::ffff:127.0.0.1]",
                "[0:0:0:0:0:ffff:7f00:1]",
                "[fe80::1]",
                "[fe80::1%25eth0]",
                "169.254.169.254",
                "169.254.169.254:80",
                "[fd00:ec2::254]",
                "metadata.google.internal",
                "2852039166",
                "0xa9fea9fe",
                "0251.0376.0251.0376",
                "192.168.0.1",
                "10.0.0.7",
                "10.0.0.7:8081",
                "10.0.0.7:8080/x",
                "2.stor.example.com.",
                "2.stor.example.com:8080",
                "2.stor.example.com.evil.org",
                "evil.org#.stor.example.com",
                "evil.org?.stor.example.com",
                "evil.org/.stor.example.com",
                "evil.org\\.stor.example.com",
                "evil.org@2.stor.example.com",
                "2.stor.example.com@evil.org",
                "user:pw@2.stor.example.com",
                "2.stor.example.com/../x",
                "2.stor.example.com%2f",
                "2.stor.example.com%00",
                "2.stor.example.com\r\nHost: evil.org",
                "2.stor.example.com\n",
                " 2.stor.example.com",
                "2.stor.example.com ",
                "http://2.stor.example.com",
                "https://2.stor.example.com",
                "file:///etc/passwd",
                "ftp://2.stor.example.com",
                "gopher://127.0.0.1",
                "//2.stor.example.com",
                "2.stor.example.org",
                "stor.example.com",
                "xstor.example.com",
                ".stor.example.com",
                "..stor.example.com",
                "",
                " ",
                "-.stor.example.com",
                "1.stor.example\u3002com",
                "\uff11.stor.example.com",
                "127.0.0.1.nip.io",
                "*.stor.example.com",
                "$(id).stor.example.com",
                "2.stor.example.com,3.stor.example.com",
                "2.stor.example.com;x");
    }

    @ParameterizedTest
    @MethodSource("sources")
    void noSpellingOfASourceBecomesAnAddress(String text) {
        assertThat(sources()).hasSizeGreaterThan(60).doesNotHaveDuplicates();
        LegacyOrders.ParsedTask parsed = parse(task(UUID_TEXT, UUID_TEXT, text, "", ""));
        Optional<URI> address = parsed.order()
                .map(CopyOrder::sources)
                .map(List::iterator)
                .flatMap(each -> TOPOLOGY.addressOf(each.next()));
        assertThat(address).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.stor.example.com", "33.stor.example.com", "10.0.0.7:8080"})
    void aSourceThatTheTopologyKnowsHasAnAddress(String text) {
        LegacyOrders.ParsedTask parsed = parse(task(UUID_TEXT, UUID_TEXT, text, "", ""));
        assertThat(parsed.order()
                        .flatMap(order -> TOPOLOGY.addressOf(order.sources().get(0))))
                .contains(URI.create("http://" + text));
    }
}
