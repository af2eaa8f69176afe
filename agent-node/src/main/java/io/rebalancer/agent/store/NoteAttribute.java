package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An extended attribute of an object's file that contains its {@link FileNote}. It is written before the file gets its
 * final name, and it is forced together with the content. So after a crash the agent still recognizes a copy that it
 * created for an assignment but did not report.
 */
final class NoteAttribute {
    private static final String NAME = "rebalancer.note";
    /** The attribute of earlier builds: the id of the assignment, and nothing else. */
    private static final String FORMER_NAME = "rebalancer.made-for";

    private static final int UUID_CHARS = 36;
    private static final int MAX_BYTES = 4096;

    private NoteAttribute() {}

    /**
     * Writes the note. On a file system without extended attributes this does nothing; the file then never counts as
     * created by the assignment.
     */
    static void write(Path file, FileNote note) throws IOException {
        UserDefinedFileAttributeView view = view(file);
        if (view == null) {
            return;
        }
        try {
            view.write(NAME, NoteBytes.encode(note));
        } catch (FileSystemException e) {
            if (!isUnsupported(e)) {
                throw e;
            }
        }
    }

    /**
     * Reads the note of a file, or returns empty if the file has none. The JDK reads extended attributes by path only. So
     * the note counts only if the path leads to the file in {@code directory} before and after the read.
     */
    static Optional<FileNote> read(SafeDirectory directory, String name) throws IOException {
        Optional<BasicFileAttributes> file = directory.attributes(name);
        if (file.isEmpty() || !file.get().isRegularFile()) {
            return Optional.empty();
        }
        Object key = file.get().fileKey();
        Path path = directory.path().resolve(name);
        if (!key.equals(fileKey(path))) {
            return Optional.empty();
        }
        Optional<FileNote> note = read(path);
        return key.equals(fileKey(path)) ? note : Optional.empty();
    }

    private static @Nullable Object fileKey(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (IOException e) {
            // The path leads nowhere, or not to this file.
            return null;
        }
    }

    private static Optional<FileNote> read(Path file) throws IOException {
        UserDefinedFileAttributeView view = view(file);
        if (view == null) {
            return Optional.empty();
        }
        try {
            List<String> names = view.list();
            if (names.contains(NAME)) {
                return bytes(view, NAME).flatMap(NoteBytes::decode);
            }
            return names.contains(FORMER_NAME)
                    ? bytes(view, FORMER_NAME)
                            .map(bytes ->
                                    StandardCharsets.US_ASCII.decode(bytes).toString())
                            .flatMap(NoteAttribute::formerNote)
                    : Optional.empty();
        } catch (FileSystemException e) {
            if (isUnsupported(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Optional<ByteBuffer> bytes(UserDefinedFileAttributeView view, String name) throws IOException {
        int size = view.size(name);
        if (size > MAX_BYTES) {
            return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        view.read(name, bytes);
        return Optional.of(bytes.flip());
    }

    private static Optional<FileNote> formerNote(String text) {
        if (text.length() != UUID_CHARS) {
            return Optional.empty();
        }
        try {
            return Optional.of(FileNote.ofAssignment(UUID.fromString(text)));
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
