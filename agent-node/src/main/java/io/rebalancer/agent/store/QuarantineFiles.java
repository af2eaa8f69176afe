package io.rebalancer.agent.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The files in the quarantine's directory: for each item its data, {@code ID.data}, and its sidecar, {@code ID.properties}. */
final class QuarantineFiles implements AutoCloseable {
    static final String SIDECAR = ".properties";
    static final String DATA = ".data";
    static final String PART = ".part";

    private final SafeDirectory directory;
    private final DiskOperations disk;

    QuarantineFiles(Path directory, DiskOperations disk) throws IOException {
        this.directory = SafeDirectory.open(directory);
        this.disk = disk;
    }

    /** The names of all files in the directory. */
    List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory.path())) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Writes or replaces the sidecar of an item; returns when it is durable. */
    void writeSidecar(QuarantineItem item) throws IOException {
        String name = item.id() + SIDECAR;
        disk.writeSmallFile(path(name + PART), item.text().getBytes(StandardCharsets.US_ASCII));
        disk.rename(path(name), () -> directory.moveFrom(directory, name + PART, name));
        force();
    }

    /** Reads the sidecar of an item; empty if there is none, or if it is damaged. */
    Optional<QuarantineItem> readSidecar(String id) throws IOException {
        try {
            byte[] text = disk.readSmallFile(path(id + SIDECAR));
            return QuarantineItem.parse(id, new String(text, StandardCharsets.US_ASCII));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Gives {@code file} a second name in the quarantine; returns when that name is durable. */
    void link(Path file, String id) throws IOException {
        disk.link(file, path(id + DATA));
        force();
    }

    /** Gives the data of an item a second name outside of the quarantine; fails if that name is taken. */
    void linkBack(String id, Path file) throws IOException {
        disk.link(path(id + DATA), file);
    }

    /** The attributes of an item's data, if it exists. */
    Optional<BasicFileAttributes> data(String id) throws IOException {
        return directory.attributes(id + DATA);
    }

    /** The attributes of a file of that name. */
    Optional<BasicFileAttributes> file(String name) throws IOException {
        return directory.attributes(name);
    }

    /** Whether the data of an item has another name too: its object's name, or a name in the quarantine. */
    boolean hasOtherName(String id) throws IOException {
        Object links = Files.getAttribute(path(id + DATA), "unix:nlink", LinkOption.NOFOLLOW_LINKS);
        return ((Number) links).longValue() > 1;
    }

    /** The time at which a file without a sidecar was linked into the quarantine: the last change of its inode. */
    FileTime changed(String name) throws IOException {
        return (FileTime) Files.getAttribute(path(name), "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Withdraws the data of an item from the web server, whose document root is the object root. Data that has another
     * name keeps its mode, because the mode would change under that name too.
     */
    void hide(String id) throws IOException {
        Optional<BasicFileAttributes> data = data(id);
        if (data.isPresent() && data.get().isRegularFile() && !hasOtherName(id)) {
            setMode(id, Set.of());
        }
    }

    /** Gives the data of an item its former mode, and forces it. */
    void show(QuarantineItem item) throws IOException {
        if (directory.permissions(item.id() + DATA).equals(item.permissions())) {
            return;
        }
        setMode(item.id(), item.permissions());
        Optional<FileChannel> data = directory.read(item.id() + DATA);
        if (data.isPresent()) {
            try (FileChannel channel = data.get()) {
                disk.force(channel);
            }
        }
    }

    private void setMode(String id, Set<PosixFilePermission> permissions) throws IOException {
        String name = id + DATA;
        disk.setMode(path(name), () -> directory.setPermissions(name, permissions));
    }

    /** Removes an item, or a file without a sidecar. The data first: data without a sidecar could not be restored. */
    void remove(String id) throws IOException {
        for (String name : List.of(id + DATA, id, id + SIDECAR + PART, id + SIDECAR)) {
            removeFile(name);
        }
        force();
    }

    /** Removes one file, if it exists. */
    void removeFile(String name) throws IOException {
        if (directory.attributes(name).isPresent()) {
            disk.delete(path(name), () -> directory.delete(name));
        }
    }

    void force() throws IOException {
        disk.forceDirectory(directory.path(), directory::force);
    }

    private Path path(String name) {
        return directory.path().resolve(name);
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
