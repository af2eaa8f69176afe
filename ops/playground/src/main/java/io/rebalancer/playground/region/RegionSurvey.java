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

/** Every object record of a region, as read over Fast. */
public final class RegionSurvey {
    private static final int PAGE = 500;

    /** A shard's address. */
    public record ShardAddress(int number, String host, int port) {}

    /** A record as it stands: where it is, and its JSON. */
    public record Found(int shard, String key, JsonNode value) {
        /** Names the record for people. */
        public String name() {
            return "shard " + shard + " key " + key;
        }
    }

    private RegionSurvey() {}

    /** All records of objects; directories are left out. */
    public static List<Found> read(List<ShardAddress> shards) throws IOException {
        List<Found> all = new ArrayList<>();
        for (ShardAddress shard : shards) {
            try (FastCaller caller = new FastCaller(shard.host(), shard.port(), FastVersion.V2)) {
                for (String column : List.of("_id", "_idx")) {
                    readColumn(shard.number(), caller, column, all);
                }
            }
        }
        return all;
    }

    private static void readColumn(int shard, FastCaller caller, String column, List<Found> all) throws IOException {
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
                all.add(new Found(
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
     * What must not change by moving copies: every record with everything but its locations.
     *
     * @return record name to the rest of its JSON
     */
    public static Map<String, String> fingerprint(List<Found> records) {
        Map<String, String> fingerprint = new TreeMap<>();
        for (Found found : records) {
            var rest = found.value().deepCopy();
            if (rest instanceof ObjectNode object) {
                object.remove("sharks");
            }
            fingerprint.put(found.name(), rest.toString());
        }
        return fingerprint;
    }
}
