package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How much of an object's part is forced to disk, and which object it is. The text of a checkpoint:
 *
 * <pre>
 * rebalancer-part 1
 * path=OWNER/OBJECT
 * md5=1B2M2Y8AsgTpgAmY7PhCfg==
 * length=536870912
 * forced=67108864
 * entity-tag="6560a1c2-20000000"
 * end
 * </pre>
 *
 * @param path the object's path below the root
 * @param lengthBytes length of the whole object, by the order or by the source's answer
 * @param forcedBytes length of the part that is forced to disk, 1 to {@code lengthBytes}
 * @param entityTag the strong entity tag of the source's answer, if it had one
 */
record Checkpoint(String path, ContentMd5 md5, long lengthBytes, long forcedBytes, Optional<String> entityTag) {
    private static final String FIRST_LINE = "rebalancer-part 1\n";
    private static final String LAST_LINE = "end\n";
    private static final int MAX_ENTITY_TAG_CHARS = 256;

    /** @throws IllegalArgumentException if the lengths contradict each other */
    Checkpoint {
        if (forcedBytes < 1 || forcedBytes > lengthBytes) {
            throw new IllegalArgumentException(forcedBytes + " forced bytes of " + lengthBytes);
        }
    }

    /** Whether an answer's entity tag identifies its bytes and fits into a checkpoint. A weak tag does not. */
    static boolean isStrong(String entityTag) {
        return !entityTag.isEmpty()
                && entityTag.length() <= MAX_ENTITY_TAG_CHARS
                && !entityTag.startsWith("W/")
                && entityTag.chars().allMatch(each -> each > ' ' && each < 0x7f);
    }

    /** Whether this is the checkpoint of an object; the size is compared if the order has one. */
    boolean isOf(ObjectKey key, long sizeBytes, ContentMd5 expected) {
        return path.equals(key.relativePath())
                && md5.equals(expected)
                && (sizeBytes == ObjectStore.UNKNOWN_SIZE || sizeBytes == lengthBytes);
    }

    /**
     * The length at which the object continues. At least one byte is left to fetch, so that a complete part needs no
     * special treatment: a source rejects a range of no bytes.
     */
    long resumableBytes() {
        return Math.min(forcedBytes, lengthBytes - 1);
    }

    String text() {
        return FIRST_LINE
                + "path=" + path + "\n"
                + "md5=" + md5.base64() + "\n"
                + "length=" + lengthBytes + "\n"
                + "forced=" + forcedBytes + "\n"
                + entityTag.map(tag -> "entity-tag=" + tag + "\n").orElse("")
                + LAST_LINE;
    }

    /** Parses a text; empty if it is damaged or has an unknown version. */
    static Optional<Checkpoint> parse(String text) {
        if (!text.startsWith(FIRST_LINE) || !text.endsWith("\n" + LAST_LINE)) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        text.substring(FIRST_LINE.length(), text.length() - LAST_LINE.length())
                .lines()
                .forEach(line -> fields.put(
                        line.substring(0, Math.max(0, line.indexOf('='))), line.substring(line.indexOf('=') + 1)));
        try {
            return Optional.of(new Checkpoint(
                    fields.getOrDefault("path", ""),
                    new ContentMd5(fields.getOrDefault("md5", "")),
                    Long.parseLong(fields.getOrDefault("length", "")),
                    Long.parseLong(fields.getOrDefault("forced", "")),
                    Optional.ofNullable(fields.get("entity-tag")).filter(Checkpoint::isStrong)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
