package io.rebalancer.manager.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.fast.ExactJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * The JSON document of an object's metadata (manta.md 6.6). Reads members in camelCase and in snake_case (5.5), and
 * writes every member back unchanged, numbers to the last digit.
 */
public final class MantaRecord {
    /** What a manager reads; headers and other members of users can be much longer. */
    private static final Set<String> MEMBERS = Set.of(
            "objectId", "object_id", "owner", "contentLength", "content_length", "contentMD5", "content_md5", "sharks");

    private static final int UUID_CHARACTERS = 36;

    private MantaRecord() {}

    /**
     * Parses the value of a row.
     *
     * @param etag the row's {@code _etag}
     * @throws BadMantaObject if a member is missing or wrong; the message names the record and the member
     */
    public static MetadataRecord parse(RecordRef ref, String etag, String document) throws BadMantaObject {
        try {
            JsonNode value = ExactJson.members(document, MEMBERS);
            return new MetadataRecord(
                    ref,
                    etag,
                    uuid(text(value, "objectId", "object_id"), "objectId"),
                    uuid(text(value, "owner", "owner"), "owner"),
                    size(value),
                    new ContentMd5(text(value, "contentMD5", "content_md5")),
                    copies(value),
                    document);
        } catch (JsonProcessingException e) {
            throw new BadMantaObject(ref, "not JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException e) {
            throw new BadMantaObject(ref, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The record's document with the copy on {@code leaving} replaced by {@code destination}. Nothing else changes: not
     * the order of the copies, not the other members of the entry, not the other members of the record.
     *
     * @throws BadMantaObject unless the record lists {@code leaving} exactly once and {@code destination} not at all
     */
    public static String withCopyMoved(MetadataRecord record, StorageNodeId leaving, CopyLocation destination)
            throws BadMantaObject {
        CopiesText copies = copiesWithout(record, destination);
        if (copies.entriesOf(leaving) != 1) {
            throw new BadMantaObject(
                    record.ref(), leaving + " is listed " + copies.entriesOf(leaving) + " times, not once");
        }
        return copies.withMoved(leaving, destination);
    }

    /**
     * The record's document with {@code destination} as its last copy. Nothing else changes.
     *
     * @throws BadMantaObject if the record names {@code destination}, or has no list of copies
     */
    public static String withCopyAdded(MetadataRecord record, CopyLocation destination) throws BadMantaObject {
        return copiesWithout(record, destination).withAdded(destination);
    }

    private static CopiesText copiesWithout(MetadataRecord record, CopyLocation destination) throws BadMantaObject {
        if (record.names(destination.storageNode())) {
            throw new BadMantaObject(record.ref(), destination.storageNode() + " holds a copy already");
        }
        try {
            return CopiesText.in(record.document())
                    .orElseThrow(() -> new BadMantaObject(record.ref(), "sharks is missing"));
        } catch (JsonProcessingException e) {
            throw new BadMantaObject(record.ref(), "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("reading the text of " + record.ref() + " failed", e);
        }
    }

    /** When a user last wrote the record, in milliseconds since 1970 by the clock of Manta's front end; empty if unknown. */
    public static OptionalLong modifiedMillis(MetadataRecord record) {
        try {
            JsonNode time =
                    ExactJson.members(record.document(), Set.of("mtime")).path("mtime");
            return time.isIntegralNumber() && time.canConvertToLong()
                    ? OptionalLong.of(time.longValue())
                    : OptionalLong.empty();
        } catch (JsonProcessingException e) {
            return OptionalLong.empty();
        }
    }

    /** The JSON text of a value, numbers to the last digit. */
    static String textOf(JsonNode value) throws JsonProcessingException {
        return ExactJson.MAPPER.writeValueAsString(value);
    }

    private static JsonNode member(JsonNode value, String name, String alias) {
        return value.has(name) ? value.path(name) : value.path(alias);
    }

    private static String text(JsonNode value, String name, String alias) {
        JsonNode member = member(value, name, alias);
        if (!member.isTextual()) {
            throw new IllegalArgumentException(name + " is missing or not a string");
        }
        return member.textValue();
    }

    private static UUID uuid(String text, String name) {
        if (!isUuid(text)) {
            throw new IllegalArgumentException(name + " is not a UUID: " + text);
        }
        return UUID.fromString(text);
    }

    /** The JDK also accepts shorter numbers between the hyphens. */
    private static boolean isUuid(String text) {
        if (text.length() != UUID_CHARACTERS) {
            return false;
        }
        for (int i = 0; i < UUID_CHARACTERS; i++) {
            char character = text.charAt(i);
            boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            boolean valid = hyphen ? character == '-' : HexFormat.isHexDigit(character);
            if (!valid) {
                return false;
            }
        }
        return true;
    }

    private static long size(JsonNode value) {
        JsonNode member = member(value, "contentLength", "content_length");
        if (member.isMissingNode()) {
            return 0;
        }
        if (!member.canConvertToLong() || !member.isIntegralNumber() || member.longValue() < 0) {
            throw new IllegalArgumentException("contentLength is not a whole number of bytes: " + member);
        }
        return member.longValue();
    }

    private static List<CopyLocation> copies(JsonNode value) {
        JsonNode sharks = value.path("sharks");
        if (!sharks.isMissingNode() && !sharks.isArray()) {
            throw new IllegalArgumentException("sharks is not a list");
        }
        List<CopyLocation> copies = new ArrayList<>();
        for (JsonNode shark : sharks) {
            String datacenter = text(shark, "datacenter", "datacenter");
            copies.add(new CopyLocation(
                    datacenter, new StorageNodeId(text(shark, "manta_storage_id", "manta_storage_id"))));
        }
        return copies;
    }
}
