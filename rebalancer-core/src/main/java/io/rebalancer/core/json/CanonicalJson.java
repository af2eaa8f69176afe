package io.rebalancer.core.json;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * JSON in which each value has exactly one text: members in the order of their names, no spaces, whole numbers without sign
 * and leading zeros, and ASCII only. A character outside of {@code ' '} to {@code '~'} is written as {@code \}{@code uXXXX}
 * in lower case, a quotation mark and a backslash with a backslash before it.
 *
 * <p>Values are maps with text as names, collections, text, {@code Long} and {@code Boolean}.
 */
public final class CanonicalJson {

    private CanonicalJson() {}

    /** The text of a value. */
    public static String write(Object value) {
        if (value instanceof Map<?, ?> members) {
            Map<String, Object> sorted = new TreeMap<>();
            members.forEach((name, member) -> sorted.put(String.valueOf(name), member));
            return sorted.entrySet().stream()
                    .map(each -> quote(each.getKey()) + ":" + write(each.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof Collection<?> elements) {
            return elements.stream().map(CanonicalJson::write).collect(Collectors.joining(",", "[", "]"));
        }
        return value instanceof String text ? quote(text) : value.toString();
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(each -> {
            if (each == '"' || each == '\\') {
                quoted.append('\\').append((char) each);
            } else if (each >= ' ' && each <= '~') {
                quoted.append((char) each);
            } else {
                quoted.append(String.format("\\u%04x", each));
            }
        });
        return quoted.append('"').toString();
    }

    /** The bytes of a text that {@link #write} returned. */
    public static byte[] bytes(String ascii) {
        byte[] bytes = new byte[ascii.length()];
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = (byte) ascii.charAt(at);
        }
        return bytes;
    }

    /** @throws InvalidJson if a byte is not ASCII */
    public static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] < 0) {
                throw new InvalidJson("byte " + at + " is not ASCII");
            }
            text.append((char) bytes[at]);
        }
        return text.toString();
    }
}
