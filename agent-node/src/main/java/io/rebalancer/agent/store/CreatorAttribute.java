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
 * A note on a file of which assignment made it. It is written before the file has its final name and is forced with it,
 * so a file that a crash left unreported is still known as the assignment's own.
 */
final class CreatorAttribute {
    private static final String NAME = "rebalancer.made-for";
    private static final int UUID_CHARS = 36;

    private CreatorAttribute() {}

    /** A file system without such notes keeps the file without one; it is then never taken for the assignment's own. */
    static void note(Path file, UUID assignmentId) throws IOException {
        UserDefinedFileAttributeView view = view(file);
        if (view == null) {
            return;
        }
        try {
            view.write(NAME, StandardCharsets.US_ASCII.encode(assignmentId.toString()));
        } catch (FileSystemException e) {
            if (!unsupported(e)) {
                throw OutOfSpace.orSame(e);
            }
        }
    }

    static Optional<UUID> of(Path file) throws IOException {
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
            if (unsupported(e)) {
                return Optional.empty();
            }
            throw e;
        } catch (IllegalArgumentException e) {
            // Somebody else's note under our name: not ours to remove.
            return Optional.empty();
        }
    }

    private static @Nullable UserDefinedFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean unsupported(FileSystemException e) {
        return String.valueOf(e.getReason()).contains("not supported");
    }
}
