package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.core.evacuate.IdColumn;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.manager.fast.FastClient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Moray's shards over Fast (manta.md 6.4 and section 7). */
public final class MorayMetadataTier implements MetadataTier {
    private static final String OBJECTS = "manta";
    private static final String STORAGE_NODES = "manta_storage";
    private static final int STORAGE_NODES_SHARD = 1;
    private static final int QUERY_TIMEOUT_MILLIS = 10_000;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final SortedMap<Integer, FastClient> shards;
    private final String domain;

    /**
     * @param shards a client for each shard number
     * @param domain completes storage ids that lack it (manta.md 5.1); empty text to leave them
     */
    public MorayMetadataTier(Map<Integer, FastClient> shards, String domain) {
        this.shards = new TreeMap<>(shards);
        this.domain = domain;
    }

    @Override
    public List<Integer> shards() {
        return List.copyOf(shards.keySet());
    }

    @Override
    public CompletionStage<Long> highestId(int shard, IdColumn column) {
        ObjectNode options =
                JsonNodeFactory.instance.objectNode().put("limit", 1).put("no_count", true);
        String statement = "SELECT MAX(" + column.columnName() + ") FROM " + OBJECTS + ";";
        return sql(shard, statement, options).handle((rows, failure) -> {
            if (failure == null) {
                return highest(rows);
            }
            if (column == IdColumn.IDX && MorayFailure.saysNoColumn(failure, column.columnName())) {
                return 0L;
            }
            throw failure instanceof CompletionException e ? e : new CompletionException(failure);
        });
    }

    /** PostgreSQL's BIGINT comes as text through node, an INTEGER as a number. */
    private static long highest(List<JsonNode> rows) {
        for (JsonNode row : rows) {
            for (JsonNode cell : row) {
                if (!cell.isNull()) {
                    return Long.parseLong(cell.asText());
                }
            }
        }
        return 0;
    }

    @Override
    public CompletionStage<List<Row>> readRange(int shard, IdColumn column, long firstId, long lastId) {
        String name = column.columnName();
        String statement = "SELECT * FROM " + OBJECTS + " WHERE " + name + " >= " + firstId + " AND " + name + " <= "
                + lastId + " AND type = 'object' LIMIT " + (lastId - firstId + 1) + ";";
        ObjectNode options = JsonNodeFactory.instance.objectNode().put("timeout", QUERY_TIMEOUT_MILLIS);
        return sql(shard, statement, options)
                .thenApply(rows -> rows.stream().map(row -> row(shard, row)).toList());
    }

    @Override
    public CompletionStage<List<MetadataRecord>> recordsOf(int shard, Collection<UUID> objectIds) {
        if (objectIds.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        String ids = objectIds.stream().map(id -> "'" + id + "'").collect(Collectors.joining(","));
        String statement = "SELECT * FROM " + OBJECTS + " WHERE objectid IN (" + ids + ") AND type = 'object';";
        ObjectNode options = JsonNodeFactory.instance.objectNode().put("timeout", QUERY_TIMEOUT_MILLIS);
        return sql(shard, statement, options)
                .thenApply(rows -> rows.stream()
                        .map(row -> row(shard, row))
                        .flatMap(row -> row.record().stream())
                        .toList());
    }

    private CompletionStage<List<JsonNode>> sql(int shard, String statement, ObjectNode options) {
        List<JsonNode> arguments = List.of(TextNode.valueOf(statement), new ArrayNode(JSON.getNodeFactory()), options);
        return client(shard).call("sql", arguments).exceptionally(failure -> {
            throw MorayFailure.of(failure);
        });
    }

    private static Row row(int shard, JsonNode row) {
        RecordRef ref = new RecordRef(shard, row.path("_key").asText());
        String document = row.path("_value").asText();
        try {
            return new Row(
                    ref, Optional.of(MantaRecord.parse(ref, row.path("_etag").asText(), document)), document, "");
        } catch (BadMantaObject e) {
            return new Row(ref, Optional.empty(), document, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public CompletionStage<Optional<MetadataRecord>> read(RecordRef ref) {
        List<JsonNode> arguments = List.of(TextNode.valueOf(OBJECTS), TextNode.valueOf(ref.key()), objectOptions());
        return client(ref.shard()).call("getObject", arguments).handle((values, failure) -> {
            if (failure != null) {
                if (MorayFailure.isNamed(failure, "ObjectNotFoundError")) {
                    return Optional.empty();
                }
                throw MorayFailure.of(failure);
            }
            return values.stream().findFirst().map(value -> recordOf(ref, value));
        });
    }

    private static MetadataRecord recordOf(RecordRef ref, JsonNode object) {
        try {
            return MantaRecord.parse(ref, object.path("_etag").asText(), JSON.writeValueAsString(object.path("value")));
        } catch (BadMantaObject | JsonProcessingException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public CompletionStage<Boolean> moveCopy(MetadataRecord current, StorageNodeId leaving, CopyLocation destination) {
        JsonNode value;
        try {
            value = JSON.readTree(MantaRecord.withCopyMoved(current, leaving, destination));
        } catch (BadMantaObject | JsonProcessingException e) {
            return CompletableFuture.failedFuture(e);
        }
        List<JsonNode> arguments = new ArrayList<>();
        arguments.add(TextNode.valueOf(OBJECTS));
        arguments.add(TextNode.valueOf(current.ref().key()));
        arguments.add(value);
        arguments.add(objectOptions().put("etag", current.etag()));
        return client(current.ref().shard()).call("putObject", arguments).handle((values, failure) -> {
            if (failure == null) {
                return true;
            }
            if (MorayFailure.isNamed(failure, "EtagConflictError")
                    || MorayFailure.isNamed(failure, "ObjectNotFoundError")) {
                return false;
            }
            throw MorayFailure.of(failure);
        });
    }

    @Override
    public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
        String full = domain.isEmpty() || storageId.contains(domain) ? storageId : storageId + "." + domain;
        List<JsonNode> arguments = List.of(
                TextNode.valueOf(STORAGE_NODES),
                TextNode.valueOf("manta_storage_id=" + escaped(full)),
                objectOptions());
        return client(STORAGE_NODES_SHARD)
                .call("findObjects", arguments)
                .exceptionally(failure -> {
                    throw MorayFailure.of(failure);
                })
                .thenApply(found -> found.stream()
                        .map(each -> each.path("value"))
                        .reduce((first, last) -> last)
                        .map(value -> new CopyLocation(
                                value.path("datacenter").asText(),
                                new StorageNodeId(value.path("manta_storage_id").asText()))));
    }

    /** What the filter language gives a meaning, written so that it has none (manta.md 7.6). */
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (char c : text.toCharArray()) {
            if ("()*\\\0".indexOf(c) >= 0) {
                out.append('\\').append(String.format("%02x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /**
     * Options of every object call (manta.md 7.6). The headers stay empty: with the header of the previous metadata a
     * put would queue the object's files for deletion (6.5).
     */
    private static ObjectNode objectOptions() {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        options.put("req_id", UUID.randomUUID().toString());
        options.putObject("headers");
        return options.put("no_count", false).put("sql_only", false).put("noCache", true);
    }

    private FastClient client(int shard) {
        FastClient client = shards.get(shard);
        if (client == null) {
            throw new IllegalArgumentException("no metadata shard " + shard + "; there are " + shards.keySet());
        }
        return client;
    }
}
