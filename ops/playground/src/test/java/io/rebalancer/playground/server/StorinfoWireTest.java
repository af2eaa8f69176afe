package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.storinfo.StorinfoClient;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.testsupport.HttpCalls;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class StorinfoWireTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "storinfo",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private static final AtomicReference<List<ObjectNode>> NODES = new AtomicReference<>(List.of());
    private static String base = "";

    @BeforeAll
    static void start() throws Exception {
        ServerBinding binding = StorinfoServer.start(KIT.system(), NODES::get, "127.0.0.1", 0)
                .toCompletableFuture()
                .get();
        base = "http://127.0.0.1:" + binding.localAddress().getPort();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static ObjectNode node(int number) {
        return ExactJson.MAPPER
                .createObjectNode()
                .put("manta_storage_id", String.format("%04d.stor.d", number))
                .put("datacenter", "dc1")
                .put("availableMB", 1000 + number)
                .put("percentUsed", 41)
                .put("timestamp", 1L);
    }

    private static List<StorageNode> fetchNodes() throws Exception {
        return new StorinfoClient(KIT.system(), URI.create(base), Duration.ofSeconds(5))
                .storageNodes()
                .toCompletableFuture()
                .get();
    }

    @Test
    void allPagesOfALargeFleetAreRead() throws Exception {
        NODES.set(IntStream.range(0, 1234).mapToObj(StorinfoWireTest::node).toList());
        List<StorageNode> nodes = fetchNodes();
        assertThat(nodes).hasSize(1234).doesNotHaveDuplicates();
        assertThat(nodes.get(7)).satisfies(node -> {
            assertThat(node.id().text()).isEqualTo("0007.stor.d");
            assertThat(node.availableMib()).isEqualTo(1007);
            assertThat(node.percentUsed()).isEqualTo(41);
        });
    }

    @Test
    void exactlyOneFullPageAndAnEmptyFleetAreRead() throws Exception {
        NODES.set(IntStream.range(0, 500).mapToObj(StorinfoWireTest::node).toList());
        assertThat(fetchNodes()).hasSize(500);
        NODES.set(List.of());
        assertThat(fetchNodes()).isEmpty();
    }

    @Test
    void legacyMemberNamesAndFractionsAreAccepted() throws Exception {
        ObjectNode old = node(1);
        old.remove(List.of("availableMB", "percentUsed"));
        old.put("available_mb", 5).put("percent_used", 40.2);
        NODES.set(List.of(old));
        assertThat(fetchNodes()).singleElement().satisfies(node -> {
            assertThat(node.availableMib()).isEqualTo(5);
            assertThat(node.percentUsed()).isEqualTo(41);
        });
    }

    @Test
    void anInvalidEntryIsSkippedAndTheOthersAreUsed() throws Exception {
        ObjectNode noNumber = node(1);
        noNumber.remove("availableMB");
        ObjectNode overfull = node(2).put("percentUsed", 101);
        ObjectNode noName = node(3).put("manta_storage_id", "not a name");
        NODES.set(List.of(node(0), noNumber, overfull, noName, node(4)));
        assertThat(fetchNodes()).extracting(node -> node.id().text()).containsExactly("0000.stor.d", "0004.stor.d");
        NODES.set(List.of(overfull));
        assertThatThrownBy(StorinfoWireTest::fetchNodes)
                .as("a list without a valid entry must not replace the last good list")
                .hasMessageContaining("101");
    }

    @Test
    void anOutageIsAFailure() {
        StorinfoClient client =
                new StorinfoClient(KIT.system(), URI.create("http://127.0.0.1:1"), Duration.ofSeconds(5));
        assertThatThrownBy(() -> client.storageNodes().toCompletableFuture().get())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/storagenodes?limit=0, 400",
        "/storagenodes?limit=501, 400",
        "/storagenodes?limit=x, 400",
        "/storagenodes?other=1, 400",
        "/storagenodes?after_id=0002.stor.d, 200",
        "/storagenodes?after_id=zzzz, 404",
        "/storagenodes/0001.stor.d, 200",
        "/storagenodes/none, 404",
        "/poll, 404"
    })
    void theServerRespondsLikeTheRealStorinfo(String path, int status) throws Exception {
        NODES.set(List.of(node(0), node(1), node(2)));
        assertThat(HttpCalls.to(base).get(path).statusCode()).isEqualTo(status);
    }
}
