package io.rebalancer.persistence.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.rebalancer.persistence.log.EventLog.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** Converts stored events to JSON without their Java classes. */
public final class EventJson {
    /** The ids of Pekko's Jackson serializers. */
    private static final int JACKSON_JSON = 31;

    private static final int JACKSON_CBOR = 33;
    private static final int UUID_BYTES = 16;

    private final ObjectMapper json = new ObjectMapper();
    private final CBORMapper cbor = new CBORMapper();

    /**
     * One line of JSON with the event's place, its writer and its content. Content of another serializer is in base64.
     *
     * @throws UncheckedIOException if the envelope has an unknown version
     */
    public String line(Event event) {
        ObjectNode line = json.createObjectNode()
                .put("offset", event.offset())
                .put("persistenceId", event.persistenceId())
                .put("sequenceNr", event.sequenceNr())
                .put("time", Instant.ofEpochMilli(event.timeMillis()).toString());
        try {
            StoredEvent envelope = StoredEvent.read(event.persistenceId(), event.sequenceNr(), event.bytes());
            line.put("writer", envelope.writerUuid());
            envelope.tags().forEach(line.withArray("tags")::add);
            ByteReader rest = envelope.rest();
            if (rest.flag()) {
                line.set("metadata", value(rest));
            }
            line.setAll(value(rest));
            return json.writeValueAsString(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode value(ByteReader reader) throws IOException {
        int serializer = reader.number();
        String manifest = reader.text();
        ObjectNode value = json.createObjectNode().put("serializer", serializer).put("manifest", manifest);
        byte[] bytes = reader.block();
        try {
            JsonNode event = switch (serializer) {
                case JACKSON_CBOR -> cbor.readTree(CompressedPayload.decompress(bytes));
                case JACKSON_JSON -> json.readTree(CompressedPayload.decompress(bytes));
                default -> json.getNodeFactory().binaryNode(bytes);
            };
            value.set("event", withReadableIds(event));
        } catch (IOException e) {
            // The content is damaged, or does not match its serializer: show the bytes.
            value.put("event", bytes);
        }
        return value;
    }

    /** Replaces sixteen bytes, the stored form of ids, by the text form of a UUID. */
    private JsonNode withReadableIds(JsonNode node) throws IOException {
        if (node.isBinary() && node.binaryValue().length == UUID_BYTES) {
            ByteBuffer bytes = ByteBuffer.wrap(node.binaryValue());
            return json.getNodeFactory().textNode(new UUID(bytes.getLong(), bytes.getLong()).toString());
        }
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                member.setValue(withReadableIds(member.getValue()));
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withReadableIds(array.get(i)));
            }
        }
        return node;
    }
}
