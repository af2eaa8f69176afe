package io.rebalancer.agent.store;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The directories of object files, opened from the root downwards and durable before a file is renamed into them. */
final class ObjectDirectories implements AutoCloseable {
    private final ObjectLayout layout;
    private final SafeDirectory root;
    private final DiskOperations disk;
    private final Durability durability;
    private final Set<String> durable = ConcurrentHashMap.newKeySet();

    ObjectDirectories(ObjectLayout layout, DiskOperations disk, Durability durability) throws IOException {
        this.layout = layout;
        this.disk = disk;
        this.durability = durability;
        this.root = SafeDirectory.open(layout.root());
    }

    /** Whether the object's file may exist: a quick check by path, because most objects are new. */
    boolean mayContain(ObjectKey key) {
        return layout.file(key).toFile().exists();
    }

    /** Opens the existing directories that lead to the object's file. */
    DirectoryChain find(ObjectKey key) throws IOException {
        return DirectoryChain.find(root, key);
    }

    /** Opens the directories that lead to the object's file, creates the missing directories, and makes all durable. */
    DirectoryChain create(ObjectKey key) throws IOException {
        DirectoryChain chain = DirectoryChain.create(root, key);
        try {
            forceParents(ObjectLayout.directoryName(key), chain);
            return chain;
        } catch (IOException e) {
            chain.close();
            throw e;
        }
    }

    /**
     * Another process may have created a parent directory and crashed before it forced the new entry. So the whole
     * chain is forced when it is used for the first time.
     */
    private void forceParents(String directory, DirectoryChain chain) throws IOException {
        if (durability == Durability.OS || durable.contains(directory)) {
            return;
        }
        force(root);
        for (SafeDirectory parent : chain.parents()) {
            force(parent);
        }
        durable.add(directory);
    }

    /** Forces the entries of {@code directory} to disk, unless the durability is {@link Durability#OS}. */
    void force(SafeDirectory directory) throws IOException {
        if (durability != Durability.OS) {
            disk.forceDirectory(directory.path(), directory::force);
        }
    }

    @Override
    public void close() throws IOException {
        root.close();
    }
}
