package io.rebalancer.agent.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The open directories from below the root to an object's file, outermost first. Each is looked up in its parent. */
final class DirectoryChain implements AutoCloseable {
    private final List<SafeDirectory> directories = new ArrayList<>();
    private boolean complete = true;

    private DirectoryChain() {}

    /** Opens the existing directories, up to the first that is missing. */
    static DirectoryChain find(SafeDirectory root, ObjectKey key) throws IOException {
        return walk(root, key, SafeDirectory::find);
    }

    /** Opens all directories, creates the missing directories, and gives them the access that they need. */
    static DirectoryChain create(SafeDirectory root, ObjectKey key, FileAccess access) throws IOException {
        return walk(root, key, (parent, name) -> {
            SafeDirectory directory = parent.create(name);
            try {
                access.applyToDirectory(directory);
                return Optional.of(directory);
            } catch (IOException e) {
                directory.close();
                throw e;
            }
        });
    }

    private interface Lookup {
        Optional<SafeDirectory> open(SafeDirectory parent, String name) throws IOException;
    }

    private static DirectoryChain walk(SafeDirectory root, ObjectKey key, Lookup lookup) throws IOException {
        DirectoryChain chain = new DirectoryChain();
        Path relative = Path.of(key.relativePath());
        SafeDirectory parent = root;
        try {
            for (int i = 0; i < relative.getNameCount() - 1; i++) {
                Optional<SafeDirectory> next =
                        lookup.open(parent, relative.getName(i).toString());
                if (next.isEmpty()) {
                    chain.complete = false;
                    return chain;
                }
                chain.directories.add(next.get());
                parent = next.get();
            }
            return chain;
        } catch (IOException e) {
            chain.close();
            throw e;
        }
    }

    /** The directory of the object's file, or empty if it does not exist. */
    Optional<SafeDirectory> last() {
        return complete ? Optional.of(directories.get(directories.size() - 1)) : Optional.empty();
    }

    /** All directories except the last. */
    List<SafeDirectory> parents() {
        return directories.subList(0, directories.size() - 1);
    }

    @Override
    public void close() {
        for (SafeDirectory directory : directories) {
            try {
                directory.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
