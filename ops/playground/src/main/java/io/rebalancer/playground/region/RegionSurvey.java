package io.rebalancer.playground.region;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.rebalancer.manager.fast.FastVersion;
import io.rebalancer.playground.moray.ExactJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads all object records of a region over Fast. */
public final class RegionSurvey {
    private static final int PAGE = 500;

    /** The address of a metadata shard. */
    public record ShardAddress(int number, String host, int port) {}

    /**
     * A record as read from its shard.
     *
     * @param value the record's JSON
     */
    public record StoredRecord(int shard, String key, JsonNode value) {
        /** The shard and key of the record, for people; unique in the region. */
        public String label() {
            return "shard " + shard + " key " + key;
        }

        /** Whether one of the record's copies is on the node {@code storageId}. */
        public boolean names(String storageId) {
            return storageIds().contains(storageId);
        }

        /** Storage ids of the nodes that the record names, in its order. */
        public List<String> storageIds() {
            List<String> ids = new ArrayList<>();
            value.path("sharks")
                    .forEach(shark -> ids.add(shark.path("manta_storage_id").asText()));
            return ids;
        }
    }

    private RegionSurvey() {}

    /** All object records, without directories. */
    public static List<StoredRecord> read(List<ShardAddress> shards) throws IOException {
        List<StoredRecord> all = new ArrayList<>();
        for (ShardAddress shard : shards) {
            try (FastCaller caller = new FastCaller(shard.host(), shard.port(), FastVersion.V2)) {
                for (String column : List.of("_id", "_idx")) {
                    readColumn(shard.number(), caller, column, all);
                }
            }
        }
        return all;
    }

    private static void readColumn(int shard, FastCaller caller, String column, List<StoredRecord> all)
            throws IOException {
        long after = -1;
        while (true) {
            String statement = "SELECT " + column + ", _key, _value FROM manta WHERE " + column + " > " + after
                    + " AND type = 'object' ORDER BY " + column + " LIMIT " + PAGE;
            List<JsonNode> rows = caller.call(
                    "sql",
                    TextNode.valueOf(statement),
                    JsonNodeFactory.instance.arrayNode(),
                    JsonNodeFactory.instance.objectNode());
            for (JsonNode row : rows) {
                all.add(new StoredRecord(
                        shard,
                        row.path("_key").asText(),
                        ExactJson.MAPPER.readTree(row.path("_value").asText())));
                after = row.path(column).asLong();
            }
            if (rows.size() < PAGE) {
                return;
            }
        }
    }

    /**
     * Everything in the records that an evacuation must not change: all members except the locations.
     *
     * @return record labels to the JSON without locations
     */
    public static Map<String, String> fingerprint(List<StoredRecord> records) {
        Map<String, String> fingerprint = new TreeMap<>();
        for (StoredRecord each : records) {
            var rest = each.value().deepCopy();
            if (rest instanceof ObjectNode object) {
                object.remove("sharks");
            }
            fingerprint.put(each.label(), rest.toString());
        }
        return fingerprint;
    }
}
