package io.rebalancer.agent.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The open directories between the root and an object's file, outermost first, each looked up in the one before. */
final class DirectoryChain implements AutoCloseable {
    private final List<SafeDirectory> open = new ArrayList<>();
    private boolean whole = true;

    private DirectoryChain() {}

    /** Those that are there; the search ends at the first that is missing. */
    static DirectoryChain find(SafeDirectory root, ObjectKey key) throws IOException {
        return walk(root, key, SafeDirectory::find);
    }

    /** All of them; those that are missing are made. */
    static DirectoryChain make(SafeDirectory root, ObjectKey key) throws IOException {
        return walk(root, key, (parent, name) -> Optional.of(parent.make(name)));
    }

    private interface Lookup {
        Optional<SafeDirectory> in(SafeDirectory parent, String name) throws IOException;
    }

    private static DirectoryChain walk(SafeDirectory root, ObjectKey key, Lookup lookup) throws IOException {
        DirectoryChain levels = new DirectoryChain();
        Path relative = Path.of(key.relativePath());
        SafeDirectory parent = root;
        try {
            for (int i = 0; i < relative.getNameCount() - 1; i++) {
                Optional<SafeDirectory> next =
                        lookup.in(parent, relative.getName(i).toString());
                if (next.isEmpty()) {
                    levels.whole = false;
                    return levels;
                }
                levels.open.add(next.get());
                parent = next.get();
            }
            return levels;
        } catch (IOException e) {
            levels.close();
            throw e;
        }
    }

    /** The directory of the object's file, or empty if it is not there. */
    Optional<SafeDirectory> last() {
        return whole ? Optional.of(open.get(open.size() - 1)) : Optional.empty();
    }

    /** All but the last. */
    List<SafeDirectory> aboveLast() {
        return open.subList(0, open.size() - 1);
    }

    @Override
    public void close() {
        for (SafeDirectory directory : open) {
            try {
                directory.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
