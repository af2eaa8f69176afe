package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.fast.FastCallFailed;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.fast.FastEndpoints;
import io.rebalancer.manager.fast.FastOptions;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.manager.metadata.MorayMetadataTier;
import io.rebalancer.manager.metadata.MorayScan;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import io.rebalancer.playground.region.FastCaller;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The manager's Moray client calls a Moray shard over a real socket. */
@Tag("slow")
class MorayWireTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "moray",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private static final String KEY = "/65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10/stor/naïve-日本-😀 \"q\" back\\slash";
    private static final UUID OBJECT = UUID.fromString("b2f8a9a0-0000-4000-8000-000000000001");
    private static final StorageNodeId FIRST = new StorageNodeId("1.stor.d");
    private static final StorageNodeId SECOND = new StorageNodeId("2.stor.d");
    private static final CopyLocation THIRD = new CopyLocation("dc3", new StorageNodeId("3.stor.d"));

    private MorayTable table;
    private MorayServer server;
    private FastClient client;
    private MorayShards shards;
    private MorayMetadataTier tier;
    private ScanPosition end = ScanPosition.START;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws Exception {
        table = MorayTable.inMemory(UUID.randomUUID().toString());
        server = get(MorayServer.start(KIT.system(), table, "127.0.0.1", 0));
        client = client(server.port());
        shards = new MorayShards(Map.of(1, client));
        tier = new MorayMetadataTier(shards, "d");
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        server.stop();
        table.close();
    }

    private static FastClient client(int port) {
        return new FastClient(
                KIT.system(), FastEndpoints.fixed("127.0.0.1", port), FastOptions.of(Duration.ofSeconds(10)));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get();
    }

    private static ObjectNode value(String key, UUID objectId) throws Exception {
        ObjectNode value = (ObjectNode) ExactJson.MAPPER.readTree("""
                {"dirname":"/65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10/stor","headers":{},"type":"object",
                 "owner":"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10","contentLength":5,"weight":1.50,
                 "contentMD5":"XUFAKrxLKna5cZ2REBfFkg==","sharks":[
                   {"datacenter":"dc1","manta_storage_id":"1.stor.d","extra":true},
                   {"datacenter":"dc2","manta_storage_id":"2.stor.d"}]}""");
        return value.put("key", key).put("objectId", objectId.toString());
    }

    private void put(String key, UUID objectId, MorayPut.RowId ids) throws Exception {
        table.putAll(List.of(new MorayPut("manta", key, value(key, objectId), EtagCondition.any(), ids)));
    }

    private MetadataRecord read() throws Exception {
        return get(tier.read(new RecordRef(1, KEY))).orElseThrow();
    }

    @Test
    void aRecordIsReadWithItsKeyAndNumbersExact() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        MetadataRecord record = read();
        assertThat(record.ref().key()).isEqualTo(KEY);
        assertThat(record.objectId()).isEqualTo(OBJECT);
        assertThat(record.document()).contains("1.50");
        assertThat(get(tier.read(new RecordRef(1, "/none")))).isEmpty();
    }

    @Test
    void aRecordIsSwappedOnlyIfItIsUnchanged() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        MetadataRecord stale = read();
        assertThat(get(tier.moveCopies(List.of(stale), FIRST, THIRD, () -> true)))
                .isTrue();
        MetadataRecord swapped = read();
        assertThat(swapped.copies()).containsExactly(THIRD, new CopyLocation("dc2", SECOND));
        assertThat(swapped.document()).contains("1.50").contains("\"extra\":true");
        assertThat(get(tier.moveCopies(List.of(stale), FIRST, THIRD, () -> true)))
                .isFalse();
        table.delete("manta", KEY, EtagCondition.any());
        assertThat(get(tier.moveCopies(List.of(swapped), SECOND, new CopyLocation("dc1", FIRST), () -> true)))
                .isFalse();
    }

    @Test
    void rowsAreFoundByBothIdColumns() throws Exception {
        for (int i = 0; i < 10; i++) {
            put("/o/stor/" + i, new UUID(0, i), i % 2 == 0 ? MorayPut.RowId.CLASSIC : MorayPut.RowId.EXTENDED);
        }
        List<RecordScan.Row> rows = scan(3, List.of());
        assertThat(rows).extracting(row -> row.ref().key()).hasSize(10).doesNotHaveDuplicates();
        assertThat(rows).allSatisfy(row -> assertThat(row.record()).isPresent());
    }

    /** Scans the shard in chunks and returns all rows that name the first node. */
    private List<RecordScan.Row> scan(int maxRows, List<String> excluded) throws Exception {
        List<RecordScan.Row> rows = new ArrayList<>();
        RecordScan scan = new MorayScan(shards, () -> maxRows, () -> excluded);
        try (RecordScan.ShardCursor cursor = scan.open(1, FIRST, ScanPosition.START)) {
            boolean last = false;
            while (!last) {
                RecordScan.Chunk chunk = get(cursor.next());
                assertThat(chunk.rows()).hasSizeLessThanOrEqualTo(maxRows);
                rows.addAll(chunk.rows());
                end = chunk.end();
                last = chunk.last();
            }
        }
        return rows;
    }

    @Test
    void aRowOfTheNodeIsFoundWholeAmongRowsOfOtherNodes() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        for (int i = 0; i < 20; i++) {
            ObjectNode other = value("/o/stor/" + i, new UUID(0, i));
            ((ObjectNode) other.path("sharks").path(0)).put("manta_storage_id", "9.stor.d");
            table.put("manta", "/o/stor/" + i, other, EtagCondition.any());
        }
        assertThat(scan(7, List.of())).singleElement().satisfies(row -> {
            assertThat(row.ref().key()).isEqualTo(KEY);
            assertThat(row.record()).contains(read());
        });
    }

    @Test
    void anEmptyShardHasNoRows() throws Exception {
        assertThat(scan(3, List.of())).isEmpty();
    }

    @Test
    void aResumedScanMissesNoRow() throws Exception {
        for (int i = 0; i < 50; i++) {
            put("/o/stor/" + i, new UUID(0, i), i % 3 == 0 ? MorayPut.RowId.EXTENDED : MorayPut.RowId.CLASSIC);
            table.delete("manta", "/o/stor/" + (i - i % 7), EtagCondition.any());
        }
        List<String> complete =
                scan(4, List.of()).stream().map(row -> row.ref().key()).toList();
        List<String> resumed = new ArrayList<>();
        ScanPosition from = ScanPosition.START;
        boolean last = false;
        while (!last) {
            RecordScan scan = new MorayScan(shards, () -> 4, List::of);
            try (RecordScan.ShardCursor cursor = scan.open(1, FIRST, from)) {
                RecordScan.Chunk chunk = get(cursor.next());
                chunk.rows().forEach(row -> resumed.add(row.ref().key()));
                assertThat(chunk.end()).isGreaterThanOrEqualTo(from);
                from = chunk.end();
                last = chunk.last();
            }
        }
        assertThat(resumed).isEqualTo(complete).isNotEmpty();
    }

    @Test
    void excludedRecordsStayAndAreCounted() throws Exception {
        put("/o/stor/logs/1", new UUID(0, 1), MorayPut.RowId.CLASSIC);
        put("/o/stor/logs/2", new UUID(0, 2), MorayPut.RowId.EXTENDED);
        put("/o/stor/data", new UUID(0, 3), MorayPut.RowId.CLASSIC);
        assertThat(scan(2, List.of("/stor/logs/", "/stor/usage/")))
                .singleElement()
                .satisfies(row -> assertThat(row.ref().key()).isEqualTo("/o/stor/data"));
        assertThat(end.excluded()).isEqualTo(2);
    }

    @Test
    void severalRecordsAreSwappedTogetherOrNotAtAll() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        put("/o/stor/other", new UUID(0, 5), MorayPut.RowId.CLASSIC);
        List<MetadataRecord> both = List.of(
                read(), get(tier.read(new RecordRef(1, "/o/stor/other"))).orElseThrow());
        put("/o/stor/other", new UUID(0, 6), MorayPut.RowId.CLASSIC);
        assertThat(get(tier.moveCopies(both, FIRST, THIRD, () -> true))).isFalse();
        assertThat(read().names(FIRST)).isTrue();
        List<MetadataRecord> fresh = List.of(
                read(), get(tier.read(new RecordRef(1, "/o/stor/other"))).orElseThrow());
        assertThat(get(tier.moveCopies(fresh, FIRST, THIRD, () -> true))).isTrue();
        assertThat(scan(5, List.of())).isEmpty();
        assertThat(read().document()).contains("1.50").contains("\"extra\":true");
    }

    @Test
    void allRecordsOfAnObjectAreFound() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        put("/o/stor/link", OBJECT, MorayPut.RowId.EXTENDED);
        put("/o/stor/other", new UUID(0, 5), MorayPut.RowId.CLASSIC);
        assertThat(get(tier.recordsOf(1, List.of(OBJECT))))
                .extracting(record -> record.ref().key())
                .containsExactlyInAnyOrder(KEY, "/o/stor/link");
        assertThat(get(tier.recordsOf(1, List.of()))).isEmpty();
    }

    @Test
    void anUnreadableRowIsReportedAndTheOthersAreRead() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        ObjectNode bad = value("/o/stor/bad", OBJECT);
        bad.remove("objectId");
        table.put("manta", "/o/stor/bad", bad, EtagCondition.any());
        List<RecordScan.Row> rows = scan(10, List.of());
        assertThat(rows).hasSize(2);
        assertThat(rows)
                .filteredOn(row -> row.record().isEmpty())
                .singleElement()
                .satisfies(row -> assertThat(row.fault()).contains("objectId").contains("/o/stor/bad"));
    }

    @Test
    void aStorageNodeIsFoundByItsShortAndItsFullName() throws Exception {
        ObjectNode node = ExactJson.MAPPER.createObjectNode();
        node.put("manta_storage_id", "1.stor.d").put("datacenter", "dc1");
        table.put("manta_storage", "1.stor.d", node, EtagCondition.any());
        assertThat(get(tier.findStorageNode("1.stor.d"))).contains(new CopyLocation("dc1", FIRST));
        assertThat(get(tier.findStorageNode("1.stor"))).contains(new CopyLocation("dc1", FIRST));
        assertThat(get(tier.findStorageNode("*"))).isEmpty();
        assertThat(get(tier.findStorageNode("a)(manta_storage_id=*"))).isEmpty();
    }

    @Test
    void concurrentCallsShareOneConnection() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        List<CompletionStage<?>> calls = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            calls.add(tier.read(new RecordRef(1, i % 2 == 0 ? KEY : "/none")));
        }
        for (CompletionStage<?> call : calls) {
            get(call);
        }
    }

    @Test
    void aStoppedShardIsUnavailableUntilItRestarts() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        int port = server.port();
        MorayMetadataTier down = new MorayMetadataTier(new MorayShards(Map.of(1, client(1))), "d");
        assertThatThrownBy(() -> get(down.read(new RecordRef(1, KEY))))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(TierUnavailable.class);
        assertThat(port).isPositive();
        // The same client opens a new connection with the next call.
        assertThatThrownBy(() -> get(down.read(new RecordRef(1, KEY)))).hasCauseInstanceOf(TierUnavailable.class);
        assertThat(get(tier.read(new RecordRef(1, KEY)))).isPresent();
    }

    @Test
    void aWriteThatWasNotSentIsNotInDoubt() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        assertThatThrownBy(() -> get(tier.moveCopies(List.of(read()), FIRST, THIRD, () -> false)))
                .cause()
                .isInstanceOfSatisfying(
                        TierUnavailable.class,
                        failure -> assertThat(failure.isInDoubt()).isFalse());
        assertThat(read().names(FIRST)).isTrue();
        MorayMetadataTier down = new MorayMetadataTier(new MorayShards(Map.of(1, client(1))), "d");
        assertThatThrownBy(() -> get(down.moveCopies(List.of(read()), FIRST, THIRD, () -> true)))
                .cause()
                .isInstanceOfSatisfying(
                        TierUnavailable.class,
                        failure -> assertThat(failure.isInDoubt())
                                .as(String.valueOf(failure.getMessage()))
                                .isFalse());
    }

    @Test
    void anErrorOfTheShardKeepsItsName() {
        assertThatThrownBy(() -> get(client.call("nosuch", List.of())))
                .hasCauseInstanceOf(FastCallFailed.class)
                .hasMessageContaining("unsupported RPC method: \"nosuch\"");
    }

    @ParameterizedTest
    @EnumSource(FastVersion.class)
    void theReplyHasTheVersionOfTheRequest(FastVersion version) throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        try (FastCaller caller = new FastCaller("127.0.0.1", server.port(), version)) {
            ObjectNode options = ExactJson.MAPPER.createObjectNode();
            assertThat(caller.call("ping", options)).isEmpty();
            assertThat(caller.call("version", options))
                    .singleElement()
                    .satisfies(
                            answer -> assertThat(answer.path("version").asInt()).isEqualTo(2));
            List<JsonNode> found = caller.call("getObject", TextNode.valueOf("manta"), TextNode.valueOf(KEY), options);
            assertThat(found)
                    .singleElement()
                    .satisfies(object -> assertThat(object.path("key").asText()).isEqualTo(KEY));
        }
    }

    @Test
    void errorsHaveTheNamesOfMoray() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        try (FastCaller caller = new FastCaller("127.0.0.1", server.port(), FastVersion.V2)) {
            ObjectNode options = ExactJson.MAPPER.createObjectNode();
            TextNode manta = TextNode.valueOf("manta");
            assertRefused(caller, "ObjectNotFoundError", "getObject", manta, TextNode.valueOf("/none"), options);
            assertRefused(caller, "BucketNotFoundError", "getObject", TextNode.valueOf("x"), manta, options);
            assertRefused(caller, "InvocationError", "getObject", manta, options);
            assertRefused(caller, "InvocationError", "getObject", manta, options, options);
            assertRefused(caller, "InvalidQueryError", "findObjects", manta, TextNode.valueOf("((("), options);
            ObjectNode wrong = ExactJson.MAPPER.createObjectNode().put("etag", "00000000");
            assertRefused(
                    caller, "EtagConflictError", "putObject", manta, TextNode.valueOf(KEY), value(KEY, OBJECT), wrong);
            assertRefused(
                    caller,
                    "InvalidQueryError",
                    "sql",
                    TextNode.valueOf("DELETE FROM manta"),
                    ExactJson.MAPPER.createArrayNode(),
                    options);
            assertRefused(caller, "FastError", "nosuch");
        }
    }

    private static void assertRefused(FastCaller caller, String name, String method, JsonNode... arguments) {
        assertThatThrownBy(() -> caller.call(method, arguments))
                .isInstanceOfSatisfying(
                        FastCaller.CallRefused.class,
                        refused -> assertThat(refused.name()).isEqualTo(name));
    }

    @Test
    void aBatchIsAllOrNothing() throws Exception {
        put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        try (FastCaller caller = new FastCaller("127.0.0.1", server.port(), FastVersion.V2)) {
            JsonNode requests = ExactJson.MAPPER
                    .createArrayNode()
                    .add(request("/o/stor/new", ExactJson.MAPPER.createObjectNode()))
                    .add(request(KEY, ExactJson.MAPPER.createObjectNode().put("etag", "00000000")));
            assertRefused(caller, "EtagConflictError", "batch", requests, ExactJson.MAPPER.createObjectNode());
            assertThat(table.get("manta", "/o/stor/new")).isEmpty();
            JsonNode good =
                    ExactJson.MAPPER.createArrayNode().add(request("/o/stor/new", ExactJson.MAPPER.createObjectNode()));
            List<JsonNode> answer = caller.call("batch", good, ExactJson.MAPPER.createObjectNode());
            assertThat(answer)
                    .singleElement()
                    .satisfies(each -> assertThat(
                                    each.path("etags").path(0).path("etag").asText())
                            .isEqualTo(table.get("manta", "/o/stor/new")
                                    .orElseThrow()
                                    .etag()));
        }
    }

    private static ObjectNode request(String key, ObjectNode options) throws Exception {
        ObjectNode request =
                ExactJson.MAPPER.createObjectNode().put("bucket", "manta").put("key", key);
        request.set("value", value(key, OBJECT));
        request.set("options", options);
        return request;
    }

    @Test
    void aValueGivenAsTextIsStoredUnchanged() throws Exception {
        String text = "{\"type\":\"object\",  \"n\": 1.0}";
        try (FastCaller caller = new FastCaller("127.0.0.1", server.port(), FastVersion.V2)) {
            caller.call(
                    "putObject",
                    TextNode.valueOf("manta"),
                    TextNode.valueOf("/o/raw"),
                    ExactJson.MAPPER.readTree(text),
                    ExactJson.MAPPER.createObjectNode().put("_value", text));
            List<JsonNode> rows = caller.call(
                    "sql",
                    TextNode.valueOf("SELECT _value FROM manta"),
                    ExactJson.MAPPER.createArrayNode(),
                    ExactJson.MAPPER.createObjectNode());
            assertThat(rows)
                    .singleElement()
                    .satisfies(row -> assertThat(row.path("_value").asText()).isEqualTo(text));
        }
    }

    @Test
    void aPeerThatViolatesTheProtocolIsDisconnected() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(isCutOff(socket)).isTrue();
        }
    }

    private static boolean isCutOff(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() == -1;
        } catch (SocketException e) {
            return String.valueOf(e.getMessage()).contains("reset");
        }
    }
}
