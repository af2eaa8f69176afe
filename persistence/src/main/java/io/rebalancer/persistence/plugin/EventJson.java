package io.rebalancer.persistence.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.rebalancer.persistence.log.EventLog.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** Stored events as JSON, without the classes that they were made of. */
public final class EventJson {
    /** Pekko's own numbers of its Jackson serializers. */
    private static final int JACKSON_JSON = 31;

    private static final int JACKSON_CBOR = 33;
    private static final int UUID_BYTES = 16;

    private final ObjectMapper json = new ObjectMapper();
    private final CBORMapper cbor = new CBORMapper();

    /**
     * One line: where the event is, who wrote it, and the event itself; as base64 if it is not of our own kind.
     *
     * @throws UncheckedIOException if its envelope is of a version that is not known here
     */
    public String line(Stored stored) {
        ObjectNode line = json.createObjectNode()
                .put("offset", stored.offset())
                .put("persistenceId", stored.persistenceId())
                .put("sequenceNr", stored.sequenceNr())
                .put("time", Instant.ofEpochMilli(stored.timeMillis()).toString());
        try {
            StoredEvent event = StoredEvent.read(stored.persistenceId(), stored.sequenceNr(), stored.event());
            line.put("writer", event.writerUuid());
            event.tags().forEach(line.withArray("tags")::add);
            ByteReader rest = event.rest();
            if (rest.flag()) {
                line.set("metadata", value(rest));
            }
            line.setAll(value(rest));
            return json.writeValueAsString(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode value(ByteReader in) throws IOException {
        int serializer = in.number();
        String manifest = in.text();
        ObjectNode value = json.createObjectNode().put("serializer", serializer).put("manifest", manifest);
        byte[] bytes = in.block();
        try {
            JsonNode event = switch (serializer) {
                case JACKSON_CBOR -> cbor.readTree(bytes);
                case JACKSON_JSON -> json.readTree(bytes);
                default -> json.getNodeFactory().binaryNode(bytes);
            };
            value.set("event", legible(event));
        } catch (IOException e) {
            // Compressed, or not what its serializer's number says: shown as it is.
            value.put("event", bytes);
        }
        return value;
    }

    /** Ids are stored as sixteen bytes, and read as people write them. */
    private JsonNode legible(JsonNode node) throws IOException {
        if (node.isBinary() && node.binaryValue().length == UUID_BYTES) {
            ByteBuffer bytes = ByteBuffer.wrap(node.binaryValue());
            return json.getNodeFactory().textNode(new UUID(bytes.getLong(), bytes.getLong()).toString());
        }
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                member.setValue(legible(member.getValue()));
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, legible(array.get(i)));
            }
        }
        return node;
    }
}
