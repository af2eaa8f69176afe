package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayObject;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import io.rebalancer.playground.region.FastCaller;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls of any client to a Moray shard over a real socket (manta.md 7.6). */
@Tag("slow")
class MorayCallsTest {
    private static final ActorTestKit KIT = MorayShard.kit("moray-calls");
    private static final String KEY = MorayShard.KEY;
    private static final UUID OBJECT = MorayShard.OBJECT;

    private MorayShard shard;
    private MorayTable table;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws Exception {
        shard = MorayShard.start(KIT.system());
        table = shard.table();
    }

    @AfterEach
    void end() throws Exception {
        shard.close();
    }

    @ParameterizedTest
    @EnumSource(FastVersion.class)
    void theReplyHasTheVersionOfTheRequest(FastVersion version) throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        try (FastCaller caller = new FastCaller("127.0.0.1", shard.port(), version)) {
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
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        try (FastCaller caller = new FastCaller("127.0.0.1", shard.port(), FastVersion.V2)) {
            ObjectNode options = ExactJson.MAPPER.createObjectNode();
            TextNode manta = TextNode.valueOf("manta");
            assertRefused(caller, "ObjectNotFoundError", "getObject", manta, TextNode.valueOf("/none"), options);
            assertRefused(caller, "BucketNotFoundError", "getObject", TextNode.valueOf("x"), manta, options);
            assertRefused(caller, "InvocationError", "getObject", manta, options);
            assertRefused(caller, "InvocationError", "getObject", manta, options, options);
            assertRefused(caller, "InvalidQueryError", "findObjects", manta, TextNode.valueOf("((("), options);
            ObjectNode wrong = ExactJson.MAPPER.createObjectNode().put("etag", "00000000");
            assertRefused(
                    caller,
                    "EtagConflictError",
                    "putObject",
                    manta,
                    TextNode.valueOf(KEY),
                    MorayShard.value(KEY, OBJECT),
                    wrong);
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
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        try (FastCaller caller = new FastCaller("127.0.0.1", shard.port(), FastVersion.V2)) {
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
        request.set("value", MorayShard.value(key, OBJECT));
        request.set("options", options);
        return request;
    }

    @Test
    void aValueGivenAsTextIsStoredUnchanged() throws Exception {
        String text = "{\"type\":\"object\",  \"n\": 1.0}";
        try (FastCaller caller = new FastCaller("127.0.0.1", shard.port(), FastVersion.V2)) {
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
        try (Socket socket = new Socket("127.0.0.1", shard.port())) {
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

    private FastCaller caller() throws IOException {
        return new FastCaller("127.0.0.1", shard.port(), FastVersion.V2);
    }

    private static TextNode text(String text) {
        return TextNode.valueOf(text);
    }

    private static ObjectNode json() {
        return ExactJson.MAPPER.createObjectNode();
    }

    private static List<String> keys(FastCaller caller, String filter, ObjectNode options) throws IOException {
        return caller.call("findObjects", text("manta"), text(filter), options).stream()
                .map(found -> found.path("key").asText())
                .toList();
    }

    /** Three records; the last one has an extended id. */
    private void fill() throws Exception {
        shard.put("/o/stor/b", new UUID(0, 2), MorayPut.RowId.CLASSIC);
        shard.put("/o/stor/a", new UUID(0, 1), MorayPut.RowId.CLASSIC);
        shard.put("/o/stor/c", new UUID(0, 3), MorayPut.RowId.EXTENDED);
    }

    @Test
    void rowsAreFoundAndSortedByTheColumnsThatEveryBucketHas() throws Exception {
        fill();
        MorayObject first = table.get("manta", "/o/stor/b").orElseThrow();
        ObjectNode descending = json();
        descending.putObject("sort").put("attribute", "_key").put("order", "DESC");
        try (FastCaller caller = caller()) {
            assertThat(keys(caller, "_id<=1", json())).containsExactly("/o/stor/b");
            assertThat(keys(caller, "_key=/o/stor/a", json())).containsExactly("/o/stor/a");
            assertThat(keys(caller, "(&(_mtime>=" + first.mtime() + ")(type=object))", descending))
                    .containsExactly("/o/stor/c", "/o/stor/b", "/o/stor/a");
            assertThat(keys(caller, "(_etag=" + first.etag() + ")", json())).containsExactly("/o/stor/b");
            descending.putObject("sort").put("attribute", "_id").put("order", "DESC");
            assertThat(keys(caller, "type=object", descending)).containsExactly("/o/stor/c", "/o/stor/a", "/o/stor/b");
            ObjectNode unknown = json();
            unknown.putObject("sort").put("attribute", "weight");
            assertError(
                    caller,
                    "error: column \"weight\" does not exist",
                    "findObjects",
                    text("manta"),
                    text("type=object"),
                    unknown);
        }
    }

    @Test
    void aFilterNeedsAnIndex() throws Exception {
        fill();
        ObjectNode strict = json().put("requireIndexes", true);
        try (FastCaller caller = caller()) {
            TextNode manta = text("manta");
            assertError(
                    caller,
                    "InvalidQueryError: (contentLength=5) is an invalid filter",
                    "findObjects",
                    manta,
                    text("contentLength=5"),
                    json());
            assertError(
                    caller,
                    "NotIndexedError: manta does not have indexes that support (|(type=object)(contentLength=5))",
                    "findObjects",
                    manta,
                    text("(|(type=object)(contentLength=5))"),
                    json());
            assertError(
                    caller, "InvalidQueryError: ((( is an invalid filter", "findObjects", manta, text("((("), json());
            String both = "(&(type=object)(contentLength=5))";
            assertThat(keys(caller, both, json())).hasSize(3);
            assertThat(keys(caller, "(&(type=object)(contentLength=6))", json()))
                    .isEmpty();
            assertThat(keys(caller, "type=object", strict)).hasSize(3);
            assertError(
                    caller,
                    "NotIndexedError: manta does not have indexes that support " + both
                            + ". Reindexing fields: []. Unindexed fields: [\"contentLength\"]",
                    "findObjects",
                    manta,
                    text(both),
                    strict);
        }
    }

    @Test
    void everyExtendedIdLiesAboveEveryId() throws Exception {
        fill();
        shard.put("/o/stor/d", new UUID(0, 4), MorayPut.RowId.CLASSIC);
        ObjectNode node = json().put("manta_storage_id", "1.stor.d");
        try (FastCaller caller = caller()) {
            caller.call("putObject", text("manta_storage"), text("1.stor.d"), node, json());
            assertThat(sql(caller, "SELECT (SELECT MAX(_id) FROM manta) < (SELECT MIN(_idx) FROM manta) AS above"))
                    .singleElement()
                    .satisfies(row -> assertThat(row.path("above").asBoolean()).isTrue());
            assertThat(sql(caller, "SELECT * FROM manta_storage"))
                    .singleElement()
                    .satisfies(row -> assertThat(row.has("_idx")).isFalse());
            assertError(
                    caller,
                    "error: column \"_idx\" does not exist",
                    "sql",
                    text("SELECT MAX(_idx) FROM manta_storage"),
                    ExactJson.MAPPER.createArrayNode(),
                    json());
        }
    }

    private static List<JsonNode> sql(FastCaller caller, String statement) throws IOException {
        return caller.call("sql", text(statement), ExactJson.MAPPER.createArrayNode(), json());
    }

    @Test
    void errorsHaveTheTextsOfMoray() throws Exception {
        try (FastCaller caller = caller()) {
            ArrayNode none = ExactJson.MAPPER.createArrayNode();
            assertError(
                    caller, "BucketNotFoundError: none does not exist", "getObject", text("none"), text("k"), json());
            assertError(
                    caller,
                    "ObjectNotFoundError: manta::k does not exist",
                    "delObject",
                    text("manta"),
                    text("k"),
                    json());
            assertError(
                    caller,
                    "error: relation \"nosuch\" does not exist",
                    "sql",
                    text("SELECT * FROM nosuch"),
                    none,
                    json());
            assertError(
                    caller,
                    "InternalError: Invalid SQL: syntax error at or near \"SELEC\"",
                    "sql",
                    text("SELEC 1"),
                    none,
                    json());
            assertError(caller, "Error: Operation not supported", "getTokens", json());
        }
    }

    private static void assertError(FastCaller caller, String error, String method, JsonNode... arguments) {
        assertThatThrownBy(() -> caller.call(method, arguments))
                .isInstanceOf(FastCaller.CallRefused.class)
                .hasMessage(error);
    }

    @Test
    void aBatchAlsoDeletesAndUpdates() throws Exception {
        fill();
        ArrayNode requests = ExactJson.MAPPER.createArrayNode();
        requests.add(request("/o/stor/new", json()));
        requests.addObject().put("operation", "delete").put("bucket", "manta").put("key", "/o/stor/a");
        requests.addObject()
                .put("operation", "update")
                .put("bucket", "manta")
                .put("filter", "(_key=/o/stor/b)")
                .putObject("fields")
                .put("name", "renamed");
        requests.addObject()
                .put("operation", "deleteMany")
                .put("bucket", "manta")
                .put("filter", "(_key=/o/stor/c)");
        try (FastCaller caller = caller()) {
            JsonNode etags = caller.call("batch", requests, json()).get(0).path("etags");
            assertThat(etags.path(0).path("etag").asText()).hasSize(8);
            assertThat(etags.path(1)).isEqualTo(json().put("bucket", "manta").put("key", "/o/stor/a"));
            assertThat(etags.path(2).path("count").asInt()).isEqualTo(1);
            assertThat(etags.path(2).path("etag").asText()).startsWith("u").hasSize(8);
            assertThat(etags.path(3).path("count").asInt()).isEqualTo(1);
            assertThat(keys(caller, "type=object", json())).containsExactly("/o/stor/b", "/o/stor/new");
            assertThat(table.get("manta", "/o/stor/b")
                            .orElseThrow()
                            .value()
                            .path("name")
                            .asText())
                    .isEqualTo("renamed");

            ArrayNode missing = ExactJson.MAPPER.createArrayNode();
            missing.addObject()
                    .put("operation", "delete")
                    .put("bucket", "manta")
                    .put("key", "/o/stor/b");
            missing.addObject()
                    .put("operation", "delete")
                    .put("bucket", "manta")
                    .put("key", "/none");
            assertError(caller, "ObjectNotFoundError: manta::/none does not exist", "batch", missing, json());
            assertThat(table.get("manta", "/o/stor/b")).isPresent();
        }
    }

    @Test
    void objectsAreUpdatedAndDeletedByAFilter() throws Exception {
        fill();
        try (FastCaller caller = caller()) {
            TextNode manta = text("manta");
            JsonNode updated = caller.call("updateObjects", manta, json().put("owner", "me"), text("(_id<=2)"), json())
                    .get(0);
            assertThat(updated.path("count").asInt()).isEqualTo(2);
            assertThat(keys(caller, "owner=me", json())).containsExactly("/o/stor/b", "/o/stor/a");
            assertThat(sql(caller, "SELECT _value FROM manta WHERE owner = 'me'"))
                    .allSatisfy(row -> assertThat(row.path("_value").asText()).doesNotContain("\"me\""));
            assertError(
                    caller,
                    "FieldUpdateError: {} is not a valid update definition",
                    "updateObjects",
                    manta,
                    json(),
                    text("type=object"),
                    json());
            assertError(
                    caller,
                    "NotIndexedError: manta does not have indexes that support {\"weight\":1}",
                    "updateObjects",
                    manta,
                    json().put("weight", 1),
                    text("type=object"),
                    json());
            assertThat(caller.call("deleteMany", manta, text("type=object"), json().put("limit", 2))
                            .get(0)
                            .path("count")
                            .asInt())
                    .isEqualTo(2);
            assertThat(keys(caller, "type=object", json())).containsExactly("/o/stor/c");
        }
    }

    @Test
    void aReadOnlyShardRefusesAllChanges() throws Exception {
        fill();
        table.refuseWrites(true);
        String error = "error: cannot execute INSERT in a read-only transaction";
        try (FastCaller caller = caller()) {
            assertError(caller, error, "putObject", text("manta"), text("k"), json(), json());
            assertError(caller, error, "createBucket", text("extra"), json(), json());
            assertError(caller, error, "delObject", text("manta"), text("/o/stor/a"), json());
            assertThat(keys(caller, "type=object", json())).hasSize(3);
        }
    }

    @Test
    void anUnknownBucketTakesNoObject() throws Exception {
        try (FastCaller caller = caller()) {
            String error = "BucketNotFoundError: none does not exist";
            assertError(caller, error, "putObject", text("none"), text("k"), json(), json());
        }
    }

    @Test
    void bucketsAreCreatedAndListed() throws Exception {
        ObjectNode config = json();
        config.putObject("index").putObject("Size").put("type", "number");
        try (FastCaller caller = caller()) {
            assertThat(caller.call("createBucket", text("extra"), config, json()))
                    .isEmpty();
            assertThat(caller.call("listBuckets", json()))
                    .extracting(row -> row.path("name").asText())
                    .containsExactly("extra", "manta", "manta_storage");
            // Moray takes the options of this call first.
            JsonNode extra = caller.call("getBucket", json(), text("extra")).get(0);
            assertThat(ExactJson.MAPPER.readTree(extra.path("index").asText())).isEqualTo(config.path("index"));
            caller.call("putObject", text("extra"), text("k"), json().put("Size", 7), json());
            assertThat(caller.call("findObjects", text("extra"), text("Size>=7"), json()))
                    .hasSize(1);
            assertThat(caller.call("reindexObjects", text("extra"), IntNode.valueOf(10), json()))
                    .containsExactly(json().put("processed", 0));
            assertError(
                    caller,
                    "BucketConflictError: extra was likely being concurrently updated",
                    "createBucket",
                    text("extra"),
                    config,
                    json());
            assertError(
                    caller,
                    "InvalidBucketNameError: 1x is not a valid bucket name",
                    "createBucket",
                    text("1x"),
                    config,
                    json());
            assertError(caller, "BucketNotFoundError: none does not exist", "getBucket", json(), text("none"));
            config.putObject("index").putObject("Size").put("type", "date");
            assertError(
                    caller,
                    "InvalidIndexTypeError: index(Size) is of type date",
                    "createBucket",
                    text("other"),
                    config,
                    json());
        }
    }
}
