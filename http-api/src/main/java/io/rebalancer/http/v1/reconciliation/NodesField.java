package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.http.server.MalformedBody;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Lists of storage nodes in bodies of requests. */
final class NodesField {
    static final int MAX_NODES = 1000;
    /** An entry of the audit log names no more storage nodes. */
    static final int MAX_NAMED = 20;

    private NodesField() {}

    /**
     * The storage nodes of an optional field, each once and ascending; empty without the field.
     *
     * @param max maximum number of storage nodes
     * @param absent what to leave the field out for
     */
    static List<StorageNodeId> parse(JsonNode request, String field, int max, String absent) throws MalformedBody {
        JsonNode list = request.path(field);
        if (list.isMissingNode()) {
            return List.of();
        }
        if (!list.isArray() || list.isEmpty() || list.size() > max) {
            throw new MalformedBody(
                    field + " must be a list of 1 to " + max + " storage ids; leave it out to " + absent);
        }
        List<StorageNodeId> nodes = new ArrayList<>();
        for (JsonNode each : list) {
            nodes.add(node(field, each));
        }
        return nodes.stream().distinct().sorted().toList();
    }

    private static StorageNodeId node(String field, JsonNode text) throws MalformedBody {
        try {
            return new StorageNodeId(text.isTextual() ? text.textValue() : "");
        } catch (IllegalArgumentException e) {
            throw new MalformedBody(
                    field + " must be storage ids, such as \"1.stor.us-east.example.com\", not " + text);
        }
    }

    /**
     * The storage nodes as the audit log names them.
     *
     * @param all what an empty list means
     */
    static String named(List<StorageNodeId> nodes, String all) {
        if (nodes.isEmpty()) {
            return all;
        }
        return nodes.size() > MAX_NAMED
                ? nodes.size() + " storage nodes"
                : nodes.stream().map(StorageNodeId::text).collect(Collectors.joining(","));
    }
}
