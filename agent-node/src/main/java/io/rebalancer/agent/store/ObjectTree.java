package io.rebalancer.agent.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * An open directory of the object root, to list it. No symbolic link is followed. Names are read as the file system returns
 * them, one after the other, so memory use does not grow with their number.
 */
public final class ObjectTree implements Closeable {
    private final SafeDirectory directory;
    private final DiskOperations disk;
    private final Object fileKey;

    private ObjectTree(SafeDirectory directory, DiskOperations disk) throws IOException {
        this.directory = directory;
        this.disk = disk;
        this.fileKey = directory.attributes().fileKey();
    }

    /** Takes the directory over: closes it if it can't be used. */
    static ObjectTree of(SafeDirectory directory, DiskOperations disk) throws IOException {
        boolean opened = false;
        try {
            ObjectTree tree = new ObjectTree(directory, disk);
            opened = true;
            return tree;
        } finally {
            if (!opened) {
                directory.close();
            }
        }
    }

    /** Gets each name of a directory. */
    @FunctionalInterface
    public interface NameVisitor {
        void visit(String name) throws IOException;
    }

    /** Visits the names of all files and directories in this directory, in no order. */
    public void forEachName(NameVisitor visitor) throws IOException {
        disk.listDirectory(directory.path(), () -> directory.forEachName(visitor));
    }

    /** Opens the directory of that name; empty if the name does not exist. */
    public Optional<ObjectTree> child(String name) throws IOException {
        Optional<SafeDirectory> child = directory.find(name);
        return child.isPresent() ? Optional.of(of(child.get(), disk)) : Optional.empty();
    }

    /**
     * What has the name; empty if nothing has it. The name is looked up by this directory's path, because the JDK reads the
     * time of the last inode change in no other way: {@link #isInPlace} afterwards proves that it was this directory.
     */
    public Optional<FileFacts> facts(String name) throws IOException {
        try {
            return Optional.of(disk.facts(directory.path().resolve(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether this directory's path still leads to it. */
    public boolean isInPlace() throws IOException {
        return facts("")
                .filter(found -> found.kind() == FileFacts.Kind.DIRECTORY)
                .filter(found -> found.fileKey().equals(fileKey))
                .isPresent();
    }

    /** The path of this directory. */
    @Override
    public String toString() {
        return directory.path().toString();
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
