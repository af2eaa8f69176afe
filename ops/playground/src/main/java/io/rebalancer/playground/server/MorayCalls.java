package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.Filter;
import io.rebalancer.playground.moray.MorayObject;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Carries out the calls to one shard (manta.md 7.6). Blocking. */
final class MorayCalls {
    private static final int DEFAULT_LIMIT = 1000;
    private static final int VERSION = 2;

    private final MorayTable table;

    MorayCalls(MorayTable table) {
        this.table = table;
    }

    /** Whether the shard has this method. */
    static boolean knows(String method) {
        return switch (method) {
            case "getObject", "findObjects", "putObject", "delObject", "batch", "sql", "ping", "version" -> true;
            default -> false;
        };
    }

    /** Whether the method can change records. */
    static boolean isWrite(String method) {
        return switch (method) {
            case "putObject", "delObject", "batch" -> true;
            default -> false;
        };
    }

    /** Carries out a call and returns the values of the reply, in order. */
    List<JsonNode> call(String method, JsonNode arguments) throws SQLException, RpcFailure {
        Arguments args = new Arguments(method, arguments);
        return switch (method) {
            case "getObject" -> getObject(args.expect(3));
            case "findObjects" -> findObjects(args.expect(3));
            case "putObject" -> putObject(args.expect(4));
            case "delObject" -> delObject(args.expect(3));
            case "batch" -> batch(args.expect(2));
            case "sql" -> sql(args.expect(3));
            case "ping" -> ping(args.expect(1));
            case "version" -> version(args.expect(1));
            default -> throw new IllegalArgumentException("unknown method: " + method);
        };
    }

    private static List<JsonNode> ping(Arguments args) throws RpcFailure {
        args.options(0);
        return List.of();
    }

    private static List<JsonNode> version(Arguments args) throws RpcFailure {
        args.options(0);
        return List.of(JsonNodeFactory.instance.objectNode().put("version", VERSION));
    }

    private List<JsonNode> getObject(Arguments args) throws SQLException, RpcFailure {
        String bucket = args.text(0);
        String key = args.text(1);
        args.options(2);
        Optional<MorayObject> found = table.get(bucket, key);
        if (found.isEmpty()) {
            throw new RpcFailure("ObjectNotFoundError", bucket + "::" + key + " does not exist");
        }
        return List.of(found.get().toJson(null));
    }

    private List<JsonNode> findObjects(Arguments args) throws SQLException, RpcFailure {
        JsonNode options = args.options(2);
        List<MorayObject> found =
                new ArrayList<>(table.find(args.text(0), Filter.parse(args.text(1)), Integer.MAX_VALUE));
        JsonNode sort = options.path("sort");
        for (JsonNode by :
                sort.isArray() ? sort : JsonNodeFactory.instance.arrayNode().add(sort)) {
            order(by).ifPresent(found::sort);
        }
        int offset = Math.min(options.path("offset").asInt(0), found.size());
        int limit = options.path("noLimit").asBoolean(false)
                ? found.size()
                : options.path("limit").asInt(DEFAULT_LIMIT);
        Long count = options.path("no_count").asBoolean(false) ? null : Long.valueOf(found.size());
        return found.subList(offset, (int) Math.min((long) offset + limit, found.size())).stream()
                .<JsonNode>map(each -> each.toJson(count))
                .toList();
    }

    private static Optional<Comparator<MorayObject>> order(JsonNode by) {
        String attribute = by.path("attribute").asText();
        if (attribute.isEmpty()) {
            return Optional.empty();
        }
        Comparator<MorayObject> ascending = attribute.equals("_id")
                ? Comparator.comparingLong(each -> each.toJson(null).path("_id").asLong())
                : Comparator.comparing(each -> each.value().path(attribute).asText());
        return Optional.of(by.path("order").asText().equals("DESC") ? ascending.reversed() : ascending);
    }

    private List<JsonNode> putObject(Arguments args) throws SQLException, RpcFailure {
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

    private List<JsonNode> delObject(Arguments args) throws SQLException, RpcFailure {
        String bucket = args.text(0);
        String key = args.text(1);
        if (!table.delete(bucket, key, EtagCondition.fromOptions(args.options(2)))) {
            throw new RpcFailure("ObjectNotFoundError", bucket + "::" + key + " does not exist");
        }
        return List.of();
    }

    /** Carries out all puts or none. Options of the batch override those of a request (manta.md 7.6). */
    private List<JsonNode> batch(Arguments args) throws SQLException, RpcFailure {
        List<MorayPut> puts = new ArrayList<>();
        for (JsonNode request : args.array(0)) {
            String operation = request.path("operation").asText("put");
            if (!operation.equals("put") || !(request.path("value") instanceof ObjectNode value)) {
                throw new RpcFailure(
                        "InvocationError",
                        "batch: this shard supports only put requests with a value, not " + operation);
            }
            ObjectNode options = JsonNodeFactory.instance.objectNode();
            if (request.path("options") instanceof ObjectNode own) {
                options.setAll(own);
            }
            options.setAll((ObjectNode) args.options(1));
            puts.add(put(request.path("bucket").asText(), request.path("key").asText(), value, options));
        }
        List<String> etags = table.putAll(puts);
        ObjectNode reply = JsonNodeFactory.instance.objectNode();
        ArrayNode list = reply.putArray("etags");
        for (int i = 0; i < puts.size(); i++) {
            list.addObject()
                    .put("bucket", puts.get(i).bucket())
                    .put("key", puts.get(i).key())
                    .put("etag", etags.get(i));
        }
        return List.of(reply);
    }

    private List<JsonNode> sql(Arguments args) throws SQLException, RpcFailure {
        args.options(2);
        List<JsonNode> values = new ArrayList<>();
        args.array(1).forEach(values::add);
        return List.copyOf(table.sql(args.text(0), values));
    }

    /** Positional arguments, with the checks that Moray makes. */
    private record Arguments(String method, JsonNode list) {
        Arguments expect(int count) throws RpcFailure {
            if (list.size() != count) {
                throw new RpcFailure("InvocationError", method + " expects " + count + " arguments");
            }
            return this;
        }

        String text(int index) throws RpcFailure {
            require(index, list.path(index).isTextual(), "a string");
            return list.path(index).textValue();
        }

        ObjectNode object(int index) throws RpcFailure {
            require(index, list.path(index).isObject(), "an object");
            return (ObjectNode) list.path(index);
        }

        JsonNode array(int index) throws RpcFailure {
            require(index, list.path(index).isArray(), "an array");
            return list.path(index);
        }

        JsonNode options(int index) throws RpcFailure {
            return object(index);
        }

        private void require(int index, boolean holds, String what) throws RpcFailure {
            if (!holds) {
                throw new RpcFailure("InvocationError", method + " expects argument " + index + " to be " + what);
            }
        }
    }
}
