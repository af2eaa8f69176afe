package io.rebalancer.agent.store;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The disk operations that store, move and remove an object, one method each, so that a test can make any of them fail. */
public class DiskOperations {

    /** Creates a file; fails if the file exists. */
    protected FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Opens a part that an earlier copy left, to read it and to continue it. */
    protected FileChannel reopen(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    /** Reads some bytes at the position of {@code file}; returns -1 at its end. */
    protected int read(FileChannel file, ByteBuffer buffer) throws IOException {
        return file.read(buffer);
    }

    /** Removes the bytes of {@code file} after its first {@code lengthBytes}. */
    protected void truncate(FileChannel file, long lengthBytes) throws IOException {
        file.truncate(lengthBytes);
    }

    /** Reads the text of a checkpoint. */
    protected String readCheckpoint(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** Writes a checkpoint, replaces the file if it exists, and forces it to disk. */
    protected void writeCheckpoint(Path file, ByteBuffer text) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        }
    }

    /**
     * Opens a file for reads that bypass the page cache.
     *
     * @throws IOException or {@link UnsupportedOperationException} if the file system has no such reads
     */
    protected FileChannel openDirect(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS, ExtendedOpenOption.DIRECT);
    }

    /** Writes all of {@code bytes}. */
    protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** Forces content and length of a file to disk. */
    protected void force(FileChannel file) throws IOException {
        file.force(true);
    }

    /** Runs {@code write}, which writes the note of {@code file} ({@link FileNote}). */
    protected void writeNote(Path file, Work write) throws IOException {
        write.run();
    }

    /** Runs {@code rename}, which atomically gives a file its final name {@code to}. */
    protected void rename(Path to, Work rename) throws IOException {
        rename.run();
    }

    /** Gives {@code existing} a second name; fails if that name is taken. Does not follow a symbolic link. */
    protected void link(Path existing, Path name) throws IOException {
        Files.createLink(name, existing);
    }

    /** Runs {@code delete}, which removes the name {@code file}. */
    protected void delete(Path file, Work delete) throws IOException {
        delete.run();
    }

    /** Runs {@code change}, which changes the mode or the owner of {@code file}. */
    protected void setMode(Path file, Work change) throws IOException {
        change.run();
    }

    /** Reads a file as a whole. */
    protected byte[] readSmallFile(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    /** Writes a file as a whole and forces it; its directory is not forced. */
    protected void writeSmallFile(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Runs {@code force}, which forces the entries of {@code directory} to disk. */
    protected void forceDirectory(Path directory, Work force) throws IOException {
        force.run();
    }

    /** Runs {@code list}, which reads the names in {@code directory}. */
    protected void listDirectory(Path directory, Work list) throws IOException {
        list.run();
    }

    /** Reads what the file system knows of {@code file}; does not follow a symbolic link. */
    protected FileFacts facts(Path file) throws IOException {
        return FileFacts.read(file);
    }

    /** One operation on the disk. */
    @FunctionalInterface
    protected interface Work {
        void run() throws IOException;
    }
}
