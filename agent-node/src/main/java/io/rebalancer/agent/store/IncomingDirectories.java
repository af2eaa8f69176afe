package io.rebalancer.agent.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The open directories of incoming objects. There are 16 of them, because a kernel creates and removes the entries of
 * one directory one after the other, so many copies in parallel would wait for each other.
 */
final class IncomingDirectories implements Closeable {
    private static final int COUNT = 16;

    private final Path parent;
    private final List<SafeDirectory> directories;

    private IncomingDirectories(Path parent, List<SafeDirectory> directories) {
        this.parent = parent;
        this.directories = directories;
    }

    /**
     * Opens the directories below {@code parent} and creates the missing directories.
     *
     * @param access owner, group and mode of the directories
     */
    static IncomingDirectories open(Path parent, FileAccess access) throws IOException {
        List<SafeDirectory> opened = new ArrayList<>();
        try {
            for (int i = 0; i < COUNT; i++) {
                Path directory = parent.resolve(Integer.toHexString(i));
                DurableDirectories.create(directory);
                SafeDirectory created = SafeDirectory.open(directory);
                opened.add(created);
                access.applyToDirectory(created);
            }
            return new IncomingDirectories(parent, List.copyOf(opened));
        } catch (IOException e) {
            for (SafeDirectory directory : opened) {
                directory.close();
            }
            throw e;
        }
    }

    /** The directory of the part with that name; the same at each start. */
    SafeDirectory of(String partName) {
        int hash = partName.hashCode();
        return directories.get(Math.floorMod(hash ^ (hash >>> Short.SIZE), COUNT));
    }

    /** All files in the directories, and the files that an earlier version of the agent left in their parent. */
    List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        addFiles(parent, files);
        for (SafeDirectory directory : directories) {
            addFiles(directory.path(), files);
        }
        return files;
    }

    private static void addFiles(Path directory, List<Path> files) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            entries.filter(entry -> !Files.isDirectory(entry)).forEach(files::add);
        }
    }

    @Override
    public void close() throws IOException {
        for (SafeDirectory directory : directories) {
            directory.close();
        }
    }
}
