package io.rebalancer.playground.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.Bucket;
import io.rebalancer.playground.moray.Filter;
import io.rebalancer.playground.moray.MorayChange;
import io.rebalancer.playground.moray.MorayObject;
import io.rebalancer.playground.moray.MorayTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The calls that work on all objects of a bucket that match a filter (manta.md 7.6). Blocking. */
final class SearchCalls {
    private static final int DEFAULT_LIMIT = 1000;

    private final MorayTable table;

    SearchCalls(MorayTable table) {
        this.table = table;
    }

    List<JsonNode> find(CallArguments args) throws SQLException, RpcFailure {
        JsonNode options = args.options(2);
        Bucket bucket = table.bucket(args.text(0));
        Filter filter = args.filter(1);
        if (options.path("requireIndexes").asBoolean(false)) {
            requireIndexes(bucket, filter);
        }
        List<MorayObject> found = new ArrayList<>(table.find(bucket.name(), filter, Integer.MAX_VALUE));
        JsonNode sort = options.path("sort");
        Optional<Comparator<MorayObject>> order = Optional.empty();
        for (JsonNode by :
                sort.isObject() ? JsonNodeFactory.instance.arrayNode().add(sort) : sort) {
            Comparator<MorayObject> next = order(bucket, by);
            order = Optional.of(order.map(before -> before.thenComparing(next)).orElse(next));
        }
        order.ifPresent(found::sort);
        int offset = Math.min(options.path("offset").asInt(0), found.size());
        Long count = options.path("no_count").asBoolean(false) ? null : Long.valueOf(found.size());
        return found.subList(offset, (int) Math.min((long) offset + limit(options), found.size())).stream()
                .<JsonNode>map(each -> each.toJson(count))
                .toList();
    }

    /** The maximum number of rows: options {@code noLimit} and {@code limit}. */
    static int limit(JsonNode options) {
        return options.path("noLimit").asBoolean(false)
                ? Integer.MAX_VALUE
                : options.path("limit").asInt(DEFAULT_LIMIT);
    }

    private static void requireIndexes(Bucket bucket, Filter filter) throws RpcFailure {
        ArrayNode unindexed = JsonNodeFactory.instance.arrayNode();
        filter.attributes().stream()
                .filter(field -> !isSearchable(bucket, field))
                .forEach(unindexed::add);
        if (!unindexed.isEmpty()) {
            throw new RpcFailure(
                    "NotIndexedError",
                    bucket.name() + " does not have indexes that support " + filter
                            + ". Reindexing fields: []. Unindexed fields: " + unindexed);
        }
    }

    private static boolean isSearchable(Bucket bucket, String field) {
        return Filter.INTERNAL.contains(field)
                || bucket.indexes().stream().anyMatch(index -> index.field().equals(field));
    }

    private static Comparator<MorayObject> order(Bucket bucket, JsonNode by) throws RpcFailure {
        String attribute = by.path("attribute").asText();
        if (!isSearchable(bucket, attribute)) {
            throw DatabaseErrors.missingColumn(attribute.toLowerCase(Locale.ROOT));
        }
        Comparator<MorayObject> ascending = (left, right) ->
                compare(left.searchable().path(attribute), right.searchable().path(attribute));
        return by.path("order").asText().equals("DESC") ? ascending.reversed() : ascending;
    }

    /** Missing fields are last, as nulls in PostgreSQL. */
    private static int compare(JsonNode left, JsonNode right) {
        if (left.isNumber() && right.isNumber()) {
            return left.decimalValue().compareTo(right.decimalValue());
        }
        boolean missing = left.isMissingNode() || left.isNull();
        boolean otherMissing = right.isMissingNode() || right.isNull();
        return missing || otherMissing
                ? Boolean.compare(missing, otherMissing)
                : left.asText().compareTo(right.asText());
    }

    List<JsonNode> update(CallArguments args) throws SQLException, RpcFailure {
        ObjectNode fields = args.object(1);
        if (fields.isEmpty()) {
            throw new RpcFailure("FieldUpdateError", "{} is not a valid update definition");
        }
        args.options(3);
        return counted(new MorayChange.Update(args.text(0), fields, args.filter(2), Integer.MAX_VALUE));
    }

    List<JsonNode> deleteMany(CallArguments args) throws SQLException, RpcFailure {
        return counted(new MorayChange.DeleteMany(args.text(0), args.filter(1), limit(args.options(2))));
    }

    private List<JsonNode> counted(MorayChange change) throws SQLException {
        MorayChange.Outcome outcome = table.batch(List.of(change)).get(0);
        ObjectNode reply = JsonNodeFactory.instance.objectNode();
        outcome.count().ifPresent(count -> reply.put("count", count));
        outcome.etag().ifPresent(etag -> reply.put("etag", etag));
        return List.of(reply);
    }
}
