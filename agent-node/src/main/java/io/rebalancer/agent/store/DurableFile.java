package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A small file that is replaced as a whole: after a crash it has its old or its new content. */
public final class DurableFile {
    private static final String PART = ".part";

    private DurableFile() {}

    /** Creates or replaces the file; it is durable when this returns. Its directory exists. */
    public static void replace(Path file, byte[] content) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + PART);
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        DurableDirectories.force(directory(file));
    }

    /** The content; empty if there is no such file. */
    public static Optional<byte[]> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Deletes the file, if it exists; the deletion is durable when this returns. */
    public static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            DurableDirectories.force(directory(file));
        }
    }

    /** Creates a directory and its missing parents; they are durable when this returns. */
    public static void createDirectory(Path directory) throws IOException {
        DurableDirectories.create(directory);
    }

    private static Path directory(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IllegalArgumentException(file + " is no file");
        }
        return directory;
    }
}
