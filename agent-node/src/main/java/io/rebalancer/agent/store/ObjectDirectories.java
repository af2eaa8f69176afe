package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The directories of object files, opened from the root downwards and durable before a file is renamed into them. */
final class ObjectDirectories implements AutoCloseable {
    private static final int MAX_REMEMBERED = 10_000;

    private final ObjectLayout layout;
    private final SafeDirectory root;
    private final DiskOperations disk;
    private final Durability durability;
    private final FileAccess access;
    private final ForcedDirectories forced = new ForcedDirectories(MAX_REMEMBERED);
    private final ForceThreads threads = new ForceThreads();

    ObjectDirectories(ObjectLayout layout, DiskOperations disk, Durability durability, FileAccess access)
            throws IOException {
        this.layout = layout;
        this.disk = disk;
        this.durability = durability;
        this.access = access;
        this.root = SafeDirectory.open(layout.root());
    }

    /** What is forced. */
    Durability durability() {
        return durability;
    }

    /** Owner and mode of new files and directories. */
    FileAccess access() {
        return access;
    }

    /** Whether the object's file may exist: a quick check by path, because most objects are new. */
    boolean mayContain(ObjectKey key) {
        return layout.file(key).toFile().exists();
    }

    /** The path of the object's file, whether it exists or not. */
    Path path(ObjectKey key) {
        return layout.file(key);
    }

    /** Opens the existing directories that lead to the object's file. */
    DirectoryChain find(ObjectKey key) throws IOException {
        return DirectoryChain.find(root, key);
    }

    /** Opens the directories that lead to the object's file, creates the missing directories, and makes all durable. */
    DirectoryChain create(ObjectKey key) throws IOException {
        DirectoryChain chain = DirectoryChain.create(root, key, access);
        try {
            forceParents(chain);
            return chain;
        } catch (IOException e) {
            chain.close();
            throw e;
        }
    }

    /** Forces all directories that lead to a file, the file's directory included. */
    void forceAll(DirectoryChain chain) throws IOException {
        forceParents(chain);
        force(chain.last().orElseThrow());
    }

    /**
     * Another process may have created a directory and crashed before it forced the new entry. So each parent is forced
     * when it is used for the first time, and after each change of it.
     */
    private void forceParents(DirectoryChain chain) throws IOException {
        if (durability == Durability.OS) {
            return;
        }
        forceIfChanged(root);
        for (SafeDirectory parent : chain.parents()) {
            forceIfChanged(parent);
        }
    }

    private void forceIfChanged(SafeDirectory directory) throws IOException {
        ForcedDirectories.State state = ForcedDirectories.state(directory);
        if (!forced.contains(directory.path(), state)) {
            force(directory);
            forced.add(directory.path(), state);
        }
    }

    /** Forces the entries of {@code directory} to disk, unless the durability is {@link Durability#OS}. */
    void force(SafeDirectory directory) throws IOException {
        if (durability != Durability.OS) {
            disk.forceDirectory(directory.path(), directory::force);
        }
    }

    /**
     * Calls {@code force} for each file or directory of a group, and returns after all calls. They run at the same time,
     * unless the durability is {@link Durability#OS} and there is nothing to wait for.
     */
    <T> void forceEach(List<T> group, Consumer<T> force) {
        if (durability == Durability.OS) {
            group.forEach(force);
        } else {
            threads.forEach(group, force);
        }
    }

    @Override
    public void close() throws IOException {
        threads.close();
        root.close();
    }
}
