package io.rebalancer.core.object;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * The storage id of a storage node: a DNS name such as {@code 1.stor.us-east.example.com}, optionally with a port
 * (tests of the legacy agent use {@code localhost:8080}). Manta calls it {@code manta_storage_id}.
 *
 * @param text letters, digits, dots and hyphens, optionally followed by {@code :port}; at most 260 characters
 */
public record StorageNodeId(@JsonValue String text) implements Comparable<StorageNodeId> {
    private static final int MAX_LENGTH = 260;
    private static final Pattern VALID = Pattern.compile(
            "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\\d{1,5})?");

    /** @throws IllegalArgumentException if {@code text} is not a storage id */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public StorageNodeId {
        if (text.length() > MAX_LENGTH || !VALID.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "not a storage node id (a DNS name such as 1.stor.example.com): " + text);
        }
    }

    @Override
    public int compareTo(StorageNodeId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
