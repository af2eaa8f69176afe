package io.rebalancer.core.object;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * Name of a storage node: a DNS name such as {@code 1.stor.us-east.example.com}, optionally with a port (tests of the
 * older agent use {@code localhost:8080}). Manta calls it {@code manta_storage_id}.
 *
 * @param text the name, 1 to 253 characters of letters, digits, dots and hyphens, then perhaps {@code :port}
 */
public record StorageNodeId(@JsonValue String text) implements Comparable<StorageNodeId> {
    private static final int MAX_LENGTH = 260;
    private static final Pattern VALID = Pattern.compile(
            "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:\\d{1,5})?");

    /** @throws IllegalArgumentException if {@code text} is not such a name */
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
