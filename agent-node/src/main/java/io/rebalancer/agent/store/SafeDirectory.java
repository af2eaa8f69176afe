package io.rebalancer.agent.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * An open directory. Names are looked up relative to its handle and no symbolic link is followed, so operations stay in
 * this directory even if another process replaces a directory on its path.
 */
final class SafeDirectory implements Closeable {
    private final Path path;
    private final SecureDirectoryStream<Path> handle;

    private SafeDirectory(Path path, SecureDirectoryStream<Path> handle) {
        this.path = path;
        this.handle = handle;
    }

    /** Opens a directory by its path. Symbolic links on the path are followed: they are the operator's choice. */
    static SafeDirectory open(Path path) throws IOException {
        return of(path, Files.newDirectoryStream(path));
    }

    private static SafeDirectory of(Path path, DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return new SafeDirectory(path, secure);
        }
        stream.close();
        throw new IOException("this platform has no directory handles (openat); run agents on Linux or illumos");
    }

    Path path() {
        return path;
    }

    /** Opens the subdirectory of that name, or returns empty if the name does not exist. */
    Optional<SafeDirectory> find(String name) throws IOException {
        try {
            return Optional.of(
                    of(path.resolve(name), handle.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IOException(
                    path.resolve(name) + " is not a directory (a symbolic link?); the agent does not follow it", e);
        }
    }

    /** Opens the subdirectory of that name and creates it if necessary. Its entry is not forced yet. */
    SafeDirectory create(String name) throws IOException {
        Optional<SafeDirectory> existing = find(name);
        if (existing.isPresent()) {
            return existing.get();
        }
        try {
            // The JDK has no mkdirat. If another process replaced this directory, createDirectory leaves an empty
            // directory elsewhere, and the lookup through the handle does not find it.
            Files.createDirectory(path.resolve(name));
        } catch (FileAlreadyExistsException e) {
            // Another copy created it first.
        }
        return find(name)
                .orElseThrow(() -> new NoSuchFileException(path.resolve(name)
                        + " disappeared while it was created; another process may have replaced its parent directory"));
    }

    /** Visits the names in this directory, in no order, as they are read. */
    void forEachName(ObjectTree.NameVisitor visitor) throws IOException {
        // A handle can be read once only.
        try (DirectoryStream<Path> names = handle.newDirectoryStream(Path.of("."), LinkOption.NOFOLLOW_LINKS)) {
            for (Path name : names) {
                visitor.visit(name.getFileName().toString());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** Opens a file of that name for reading, or returns empty if no regular file has the name. */
    Optional<FileChannel> read(String name) throws IOException {
        if (!isFile(name)) {
            return Optional.empty();
        }
        SeekableByteChannel channel =
                handle.newByteChannel(Path.of(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        return Optional.of((FileChannel) channel);
    }

    /** Whether a regular file has that name; a symbolic link does not count. */
    boolean isFile(String name) throws IOException {
        return attributes(name).filter(BasicFileAttributes::isRegularFile).isPresent();
    }

    /** The attributes of the file, directory or symbolic link of that name, or empty if the name does not exist. */
    Optional<BasicFileAttributes> attributes(String name) throws IOException {
        try {
            return Optional.of(
                    handle.getFileAttributeView(Path.of(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                            .readAttributes());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The attributes of this directory itself. */
    BasicFileAttributes attributes() throws IOException {
        return handle.getFileAttributeView(BasicFileAttributeView.class).readAttributes();
    }

    /** The permissions of the file of that name; a symbolic link is not followed. */
    Set<PosixFilePermission> permissions(String name) throws IOException {
        return posix(name).readAttributes().permissions();
    }

    /** Sets the permissions of the file of that name. */
    void setPermissions(String name, Set<PosixFilePermission> permissions) throws IOException {
        try {
            posix(name).setPermissions(permissions);
        } catch (AccessDeniedException e) {
            // The JDK opens the file for that, and its owner can't open a file without permissions.
            if (!isFile(name)) {
                throw e;
            }
            Files.setPosixFilePermissions(path.resolve(name), permissions);
        }
    }

    /** Owner, group and mode of this directory itself. */
    PosixFileAttributeView posix() {
        return handle.getFileAttributeView(PosixFileAttributeView.class);
    }

    /** Owner, group and mode of the file of that name; a symbolic link is not followed. */
    PosixFileAttributeView posix(String name) {
        return handle.getFileAttributeView(Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Moves a file from another directory into this directory, atomically; replaces the file that has the new name. */
    void moveFrom(SafeDirectory source, String name, String newName) throws IOException {
        source.handle.move(Path.of(name), handle, Path.of(newName));
    }

    /** Deletes a file and returns whether it existed. */
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
