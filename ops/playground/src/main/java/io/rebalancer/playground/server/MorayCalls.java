package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.MorayChange;
import io.rebalancer.playground.moray.MorayObject;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries out the calls to one shard (manta.md 7.6). Blocking. */
final class MorayCalls {
    private static final int VERSION = 2;

    private final MorayTable table;
    private final BucketCalls buckets;
    private final SearchCalls search;

    MorayCalls(MorayTable table) {
        this.table = table;
        this.buckets = new BucketCalls(table);
        this.search = new SearchCalls(table);
    }

    /** Whether the shard has this method. */
    static boolean knows(String method) {
        return switch (method) {
            case "getObject", "findObjects", "putObject", "delObject", "updateObjects", "deleteMany", "batch" -> true;
            case "listBuckets", "getBucket", "createBucket", "reindexObjects" -> true;
            case "sql", "ping", "version", "getTokens" -> true;
            default -> false;
        };
    }

    /** Whether the method can change records. */
    static boolean isWrite(String method) {
        return switch (method) {
            case "putObject", "delObject", "updateObjects", "deleteMany", "batch" -> true;
            default -> false;
        };
    }

    /** Carries out a call and returns the values of the reply, in order. */
    List<JsonNode> call(String method, JsonNode arguments) throws SQLException, RpcFailure {
        CallArguments args = new CallArguments(method, arguments);
        return switch (method) {
            case "getObject" -> getObject(args.expect(3));
            case "findObjects" -> search.find(args.expect(3));
            case "putObject" -> putObject(args.expect(4));
            case "delObject" -> delObject(args.expect(3));
            case "batch" -> batch(args.expect(2));
            case "updateObjects" -> search.update(args.expect(4));
            case "deleteMany" -> search.deleteMany(args.expect(3));
            case "listBuckets" -> buckets.list(args.expect(1));
            case "getBucket" -> buckets.get(args.expect(2));
            case "createBucket" -> buckets.create(args.expect(3));
            case "reindexObjects" -> buckets.reindex(args.expect(3));
            case "getTokens" -> throw new RpcFailure("Error", "Operation not supported");
            case "sql" -> sql(args.expect(3));
            case "ping" -> ping(args.expect(1));
            case "version" -> version(args.expect(1));
            default -> throw new IllegalArgumentException("unknown method: " + method);
        };
    }

    private static List<JsonNode> ping(CallArguments args) throws RpcFailure {
        args.options(0);
        return List.of();
    }

    private static List<JsonNode> version(CallArguments args) throws RpcFailure {
        args.options(0);
        return List.of(JsonNodeFactory.instance.objectNode().put("version", VERSION));
    }

    private List<JsonNode> getObject(CallArguments args) throws SQLException, RpcFailure {
        String bucket = args.text(0);
        String key = args.text(1);
        args.options(2);
        Optional<MorayObject> found = table.get(bucket, key);
        if (found.isEmpty()) {
            throw new RpcFailure("ObjectNotFoundError", bucket + "::" + key + " does not exist");
        }
        return List.of(found.get().toJson(null));
    }

    private List<JsonNode> putObject(CallArguments args) throws SQLException, RpcFailure {
        MorayPut put = put(args.text(0), args.text(1), args.object(2), args.options(3));
        String etag = table.putAll(List.of(put)).get(0);
        return List.of(JsonNodeFactory.instance.objectNode().put("etag", etag));
    }

    private static MorayPut put(String bucket, String key, ObjectNode value, JsonNode options) {
        JsonNode text = options.path("_value");
        return new MorayPut(
                bucket,
                key,
                value,
                EtagCondition.fromOptions(options),
                MorayPut.RowId.CLASSIC,
                text.isTextual() ? Optional.of(text.textValue()) : Optional.empty());
    }

    private List<JsonNode> delObject(CallArguments args) throws SQLException, RpcFailure {
        EtagCondition condition = EtagCondition.fromOptions(args.options(2));
        table.batch(List.of(new MorayChange.Delete(args.text(0), args.text(1), condition)));
        return List.of();
    }

    /** Carries out all requests or none. Options of the batch override those of a request (manta.md 7.6). */
    private List<JsonNode> batch(CallArguments args) throws SQLException, RpcFailure {
        List<MorayChange> changes = new ArrayList<>();
        JsonNode requests = args.array(0);
        for (JsonNode request : requests) {
            ObjectNode options = JsonNodeFactory.instance.objectNode();
            if (request.path("options") instanceof ObjectNode own) {
                options.setAll(own);
            }
            options.setAll(args.options(1));
            changes.add(change(request, options));
        }
        List<MorayChange.Outcome> outcomes = table.batch(changes);
        ObjectNode reply = JsonNodeFactory.instance.objectNode();
        ArrayNode list = reply.putArray("etags");
        for (int i = 0; i < changes.size(); i++) {
            ObjectNode done = list.addObject().put("bucket", changes.get(i).bucket());
            for (String name : List.of("key", "filter")) {
                if (requests.path(i).has(name)) {
                    done.set(name, requests.path(i).path(name));
                }
            }
            outcomes.get(i).etag().ifPresent(etag -> done.put("etag", etag));
            outcomes.get(i).count().ifPresent(count -> done.put("count", count));
        }
        return List.of(reply);
    }

    private static MorayChange change(JsonNode request, ObjectNode options) throws RpcFailure {
        String operation = request.path("operation").asText("put");
        String bucket = request.path("bucket").asText();
        String key = request.path("key").asText();
        switch (operation) {
            case "put" -> {
                if (request.path("value") instanceof ObjectNode value) {
                    return put(bucket, key, value, options);
                }
                throw new RpcFailure("InvocationError", "batch expects the value of a put to be an object");
            }
            case "delete" -> {
                return new MorayChange.Delete(bucket, key, EtagCondition.fromOptions(options));
            }
            case "update" -> {
                if (request.path("fields") instanceof ObjectNode fields) {
                    return new MorayChange.Update(
                            bucket,
                            fields,
                            CallArguments.filter(request.path("filter").asText()),
                            Integer.MAX_VALUE);
                }
                throw new RpcFailure("InvocationError", "batch expects the fields of an update to be an object");
            }
            case "deleteMany" -> {
                return new MorayChange.DeleteMany(
                        bucket, CallArguments.filter(request.path("filter").asText()), SearchCalls.limit(options));
            }
            default -> throw new RpcFailure("InvocationError", "batch does not know the operation " + operation);
        }
    }

    private List<JsonNode> sql(CallArguments args) throws SQLException, RpcFailure {
        args.options(2);
        List<JsonNode> values = new ArrayList<>();
        args.array(1).forEach(values::add);
        return List.copyOf(table.sql(args.text(0), values));
    }
}
