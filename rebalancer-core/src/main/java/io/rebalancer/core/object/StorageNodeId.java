package io.rebalancer.core.object;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The storage id of a storage node: a DNS name such as {@code 1.stor.us-east.example.com}, optionally with a port
 * (tests of the legacy agent use {@code localhost:8080}). Manta calls it {@code manta_storage_id}.
 *
 * @param text letters, digits, dots and hyphens, optionally followed by {@code :port}; at most 260 characters
 */
public record StorageNodeId(@JsonValue String text) implements Comparable<StorageNodeId> {
    private static final int MAX_LENGTH = 260;
    private static final int MAX_PORT_DIGITS = 5;

    /** @throws IllegalArgumentException if {@code text} is not a storage id */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public StorageNodeId {
        if (text.length() > MAX_LENGTH || !isValid(text)) {
            throw new IllegalArgumentException(
                    "not a storage node id (a DNS name such as 1.stor.example.com): " + text);
        }
    }

    /** Names of letters, digits and inner hyphens, with dots between them, and a port. No pattern: each row has some ids. */
    private static boolean isValid(String text) {
        int colon = text.indexOf(':');
        if (colon >= 0 && !isPort(text, colon + 1)) {
            return false;
        }
        int end = colon < 0 ? text.length() : colon;
        for (int i = 0; i < end; i++) {
            char character = text.charAt(i);
            boolean inner = i > 0 && i < end - 1;
            boolean separator = character == '.' || character == '-';
            if (separator ? !inner : !isLetterOrDigit(character)) {
                return false;
            }
            // A name neither begins nor ends with a hyphen, and is not empty.
            if (separator && text.charAt(i - 1) == '.') {
                return false;
            }
            if (character == '.' && text.charAt(i - 1) == '-') {
                return false;
            }
        }
        return end > 0;
    }

    private static boolean isPort(String text, int start) {
        int digits = text.length() - start;
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return digits >= 1 && digits <= MAX_PORT_DIGITS;
    }

    private static boolean isLetterOrDigit(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9');
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
