package io.rebalancer.agent.store;

import io.rebalancer.core.inventory.InventoryEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * What the file system knows of a file, directory or link, read in one call.
 *
 * @param sizeBytes length of the content
 * @param modifiedMillis when the content last changed, or {@link InventoryEntry#UNKNOWN_TIME}
 * @param changedMillis when the inode last changed, or {@link InventoryEntry#UNKNOWN_TIME}
 * @param fileKey identity of the inode; equal for all names of a file
 */
public record FileFacts(Kind kind, long sizeBytes, long modifiedMillis, long changedMillis, Object fileKey) {
    private static final String ATTRIBUTES =
            "unix:size,lastModifiedTime,ctime,isRegularFile,isDirectory,isSymbolicLink,fileKey";

    /** What has the name. */
    public enum Kind {
        REGULAR_FILE,
        DIRECTORY,
        SYMBOLIC_LINK,
        /** A socket, a pipe or a device. */
        OTHER
    }

    /** Reads the facts of {@code file}; a symbolic link is not followed. */
    static FileFacts read(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return new FileFacts(
                kind(attributes),
                (Long) value(attributes, "size"),
                millis(attributes, "lastModifiedTime"),
                millis(attributes, "ctime"),
                value(attributes, "fileKey"));
    }

    private static Object value(Map<String, Object> attributes, String name) {
        Object value = attributes.get(name);
        if (value == null) {
            throw new IllegalStateException("the file system does not know the attribute " + name);
        }
        return value;
    }

    /** A file system that does not store a time reports 0. */
    private static long millis(Map<String, Object> attributes, String name) {
        long millis = ((FileTime) value(attributes, name)).toMillis();
        return millis <= 0 ? InventoryEntry.UNKNOWN_TIME : millis;
    }

    private static Kind kind(Map<String, Object> attributes) {
        if (value(attributes, "isRegularFile").equals(true)) {
            return Kind.REGULAR_FILE;
        }
        if (value(attributes, "isDirectory").equals(true)) {
            return Kind.DIRECTORY;
        }
        return value(attributes, "isSymbolicLink").equals(true) ? Kind.SYMBOLIC_LINK : Kind.OTHER;
    }

    /** Whether a regular file has the name. */
    public boolean isRegularFile() {
        return kind == Kind.REGULAR_FILE;
    }

    /** Whether both times are known. */
    public boolean hasTimes() {
        return modifiedMillis != InventoryEntry.UNKNOWN_TIME && changedMillis != InventoryEntry.UNKNOWN_TIME;
    }
}
