package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.rebalancer.manager.fast.FastClient;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/** The calls to Moray's shards, with their arguments in Moray's order (manta.md 7.6). */
public final class MorayShards implements AutoCloseable {
    static final String OBJECTS = "manta";
    static final String STORAGE_NODES = "manta_storage";
    private static final int QUERY_TIMEOUT_MILLIS = 10_000;

    private final SortedMap<Integer, FastClient> clients;

    /** @param clients a client for each shard number */
    public MorayShards(Map<Integer, FastClient> clients) {
        this.clients = new TreeMap<>(clients);
    }

    /** The numbers of all shards, ascending. */
    public List<Integer> numbers() {
        return List.copyOf(clients.keySet());
    }

    /** The state of the connections to a shard. */
    public FastClient.Health health(int shard) {
        return client(shard).health();
    }

    CompletionStage<List<JsonNode>> ping(int shard) {
        return client(shard).call("ping", List.of(JsonNodeFactory.instance.objectNode()));
    }

    CompletionStage<List<JsonNode>> getObject(int shard, String bucket, String key) {
        return client(shard)
                .call("getObject", List.of(TextNode.valueOf(bucket), TextNode.valueOf(key), objectOptions()));
    }

    CompletionStage<List<JsonNode>> findObjects(int shard, String bucket, String filter) {
        return client(shard)
                .call("findObjects", List.of(TextNode.valueOf(bucket), TextNode.valueOf(filter), objectOptions()));
    }

    /**
     * @param document the value, a JSON text that is sent as it is
     * @param maySend asked right before the request is written to the socket
     */
    CompletionStage<List<JsonNode>> putObject(
            int shard, String key, String document, String etag, BooleanSupplier maySend) {
        ObjectNode options = objectOptions().put("etag", etag);
        List<JsonNode> arguments = List.of(
                TextNode.valueOf(OBJECTS),
                TextNode.valueOf(key),
                JsonNodeFactory.instance.rawValueNode(new RawValue(document)),
                options);
        return client(shard).call("putObject", arguments, maySend);
    }

    /** Puts an object, whatever the bucket has under the key. */
    CompletionStage<List<JsonNode>> putObject(int shard, String bucket, String key, JsonNode value) {
        List<JsonNode> arguments = List.of(TextNode.valueOf(bucket), TextNode.valueOf(key), value, objectOptions());
        return client(shard).call("putObject", arguments);
    }

    /** Creates a bucket without indexes. */
    CompletionStage<List<JsonNode>> createBucket(int shard, String bucket) {
        ObjectNode configuration = JsonNodeFactory.instance.objectNode();
        configuration.putObject("index");
        configuration.putArray("pre");
        configuration.putArray("post");
        ObjectNode options = JsonNodeFactory.instance
                .objectNode()
                .put("req_id", UUID.randomUUID().toString());
        return client(shard).call("createBucket", List.of(TextNode.valueOf(bucket), configuration, options));
    }

    /**
     * @param requests see {@link #putRequest}
     * @param maySend asked right before the request is written to the socket
     */
    CompletionStage<List<JsonNode>> batch(int shard, List<JsonNode> requests, BooleanSupplier maySend) {
        List<JsonNode> arguments = List.of(JsonNodeFactory.instance.arrayNode().addAll(requests), objectOptions());
        return client(shard).call("batch", arguments, maySend);
    }

    /** The etag is an option of the request: as an option of the batch it would apply to every request (manta.md 7.6). */
    static JsonNode putRequest(String key, String document, String etag) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("operation", "put").put("bucket", OBJECTS).put("key", key);
        request.putRawValue("value", new RawValue(document));
        request.set("options", objectOptions().put("etag", etag));
        return request;
    }

    CompletionStage<List<JsonNode>> sql(int shard, String statement) {
        ObjectNode options = JsonNodeFactory.instance.objectNode().put("timeout", QUERY_TIMEOUT_MILLIS);
        return client(shard)
                .call("sql", List.of(TextNode.valueOf(statement), JsonNodeFactory.instance.arrayNode(), options));
    }

    /**
     * Options of every object call (manta.md 7.6). The headers stay empty: a put with the header of the previous metadata
     * would queue the object's files for deletion (6.5).
     */
    private static ObjectNode objectOptions() {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        options.put("req_id", UUID.randomUUID().toString());
        options.putObject("headers");
        return options.put("no_count", false).put("sql_only", false).put("noCache", true);
    }

    private FastClient client(int shard) {
        FastClient client = clients.get(shard);
        if (client == null) {
            throw new IllegalArgumentException(
                    "no metadata shard " + shard + "; configured shards: " + clients.keySet());
        }
        return client;
    }

    @Override
    public void close() {
        clients.values().forEach(FastClient::close);
    }
}
