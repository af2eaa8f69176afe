package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.Bucket;
import io.rebalancer.playground.moray.MorayTable;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The calls about buckets (manta.md 7.6). Blocking. */
final class BucketCalls {
    private static final int SCHEMA_VERSION = 2;

    private final MorayTable table;

    BucketCalls(MorayTable table) {
        this.table = table;
    }

    List<JsonNode> list(CallArguments args) throws RpcFailure {
        args.options(0);
        return table.buckets().stream().map(BucketCalls::row).toList();
    }

    /** The only call whose options come first. */
    List<JsonNode> get(CallArguments args) throws RpcFailure {
        args.options(0);
        return List.of(row(table.bucket(args.text(1))));
    }

    List<JsonNode> create(CallArguments args) throws SQLException, RpcFailure {
        Map<String, String> indexes = new LinkedHashMap<>();
        args.object(1)
                .path("index")
                .properties()
                .forEach(index -> indexes.put(
                        index.getKey(), index.getValue().path("type").asText()));
        args.options(2);
        table.createBucket(args.text(0), indexes);
        return List.of();
    }

    /** No row ever waits for an index, because the indexes of a bucket do not change. */
    List<JsonNode> reindex(CallArguments args) throws RpcFailure {
        table.bucket(args.text(0));
        args.options(2);
        int count = args.integer(1);
        if (count <= 0) {
            throw new RpcFailure("InvalidArgumentError", "count " + count + " < 1");
        }
        return List.of(JsonNodeFactory.instance.objectNode().put("processed", 0));
    }

    /** A row of the table of buckets; its configuration is JSON as text. */
    private static JsonNode row(Bucket bucket) {
        ObjectNode indexes = JsonNodeFactory.instance.objectNode();
        bucket.indexes()
                .forEach(index -> indexes.putObject(index.field())
                        .put("type", index.type().word()));
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", bucket.name())
                .put("index", indexes.toString())
                .put("pre", "[]")
                .put("post", "[]")
                .put("options", "{\"version\":" + SCHEMA_VERSION + "}");
    }
}
