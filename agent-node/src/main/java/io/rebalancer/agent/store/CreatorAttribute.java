package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An extended attribute of an object's file: the assignment that created the file. It is written before the file gets
 * its final name, and it is forced together with the content. So after a crash the agent still recognizes a copy that
 * it made for an assignment but did not report.
 */
final class CreatorAttribute {
    private static final String NAME = "rebalancer.made-for";
    private static final int UUID_CHARS = 36;

    private CreatorAttribute() {}

    /**
     * Writes the attribute. On a file system without extended attributes this does nothing; the file then never counts
     * as created by the assignment.
     */
    static void write(Path file, UUID assignmentId) throws IOException {
        UserDefinedFileAttributeView view = view(file);
        if (view == null) {
            return;
        }
        try {
            view.write(NAME, StandardCharsets.US_ASCII.encode(assignmentId.toString()));
        } catch (FileSystemException e) {
            if (!isUnsupported(e)) {
                throw OutOfSpace.translate(e);
            }
        }
    }

    /** Reads the assignment that created {@code file}, or empty if that is unknown. */
    static Optional<UUID> read(Path file) throws IOException {
        UserDefinedFileAttributeView view = view(file);
        if (view == null) {
            return Optional.empty();
        }
        try {
            if (!view.list().contains(NAME) || view.size(NAME) != UUID_CHARS) {
                return Optional.empty();
            }
            ByteBuffer text = ByteBuffer.allocate(UUID_CHARS);
            view.read(NAME, text);
            return Optional.of(UUID.fromString(
                    StandardCharsets.US_ASCII.decode(text.flip()).toString()));
        } catch (FileSystemException e) {
            if (isUnsupported(e)) {
                return Optional.empty();
            }
            throw e;
        } catch (IllegalArgumentException e) {
            // Another program wrote the attribute, so the file is not this agent's to remove.
            return Optional.empty();
        }
    }

    private static @Nullable UserDefinedFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isUnsupported(FileSystemException e) {
        return String.valueOf(e.getReason()).contains("not supported");
    }
}
