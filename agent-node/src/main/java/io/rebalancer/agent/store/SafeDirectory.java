package io.rebalancer.agent.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Optional;
import java.util.Set;

/**
 * An open directory. What is done in it is done there and nowhere else: names are looked up below the handle, and no
 * symbolic link is followed, whoever exchanges a directory meanwhile.
 */
final class SafeDirectory implements Closeable {
    private final Path path;
    private final SecureDirectoryStream<Path> handle;

    private SafeDirectory(Path path, SecureDirectoryStream<Path> handle) {
        this.path = path;
        this.handle = handle;
    }

    /** Opens a directory by its path; links above it are the operator's. */
    static SafeDirectory open(Path path) throws IOException {
        return of(path, Files.newDirectoryStream(path));
    }

    private static SafeDirectory of(Path path, DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return new SafeDirectory(path, secure);
        }
        stream.close();
        throw new IOException("this platform has no handles of directories (openat); agents need Linux or illumos");
    }

    Path path() {
        return path;
    }

    /** The directory of that name in this one, or empty if there is nothing. */
    Optional<SafeDirectory> find(String name) throws IOException {
        try {
            return Optional.of(
                    of(path.resolve(name), handle.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IOException(
                    path.resolve(name) + " is not a directory (a symbolic link?); nothing is done through it", e);
        }
    }

    /** The same, made if there is none. Its entry is not forced yet. */
    SafeDirectory make(String name) throws IOException {
        Optional<SafeDirectory> there = find(name);
        if (there.isPresent()) {
            return there.get();
        }
        try {
            // The platform has no mkdirat. If somebody exchanged this directory, an empty one is made elsewhere, and
            // the look below the handle does not find it.
            Files.createDirectory(path.resolve(name));
        } catch (FileAlreadyExistsException e) {
            // Another copy was faster.
        }
        return find(name).orElseThrow(() -> new NoSuchFileException(path.resolve(name) + " vanished"));
    }

    /** A file of that name to read, or empty if there is no file. */
    Optional<FileChannel> read(String name) throws IOException {
        if (!isFile(name)) {
            return Optional.empty();
        }
        SeekableByteChannel channel =
                handle.newByteChannel(Path.of(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        return Optional.of((FileChannel) channel);
    }

    /** Whether a file, and no link to one, has that name. */
    boolean isFile(String name) throws IOException {
        return exists(name) && attributes(name).readAttributes().isRegularFile();
    }

    /** Whether anything has that name. */
    boolean exists(String name) throws IOException {
        try {
            attributes(name).readAttributes();
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private BasicFileAttributeView attributes(String name) {
        return handle.getFileAttributeView(Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Renames a file of {@code from} into this directory, in one step, in the place of whatever has the name. */
    void takeFrom(SafeDirectory from, String name, String newName) throws IOException {
        from.handle.move(Path.of(name), handle, Path.of(newName));
    }

    /** Whether there was a file to delete. */
    boolean delete(String name) throws IOException {
        try {
            handle.deleteFile(Path.of(name));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Forces the entries of this directory to disk. */
    void force() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }
}
