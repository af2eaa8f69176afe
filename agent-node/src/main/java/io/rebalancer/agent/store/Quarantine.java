package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The directory where replaced files are kept. */
final class Quarantine implements AutoCloseable {
    private final SafeDirectory directory;

    Quarantine(ObjectLayout layout) throws IOException {
        this.directory = SafeDirectory.open(layout.quarantine());
    }

    /**
     * Links the file that has an object's name into the quarantine. The file keeps its name until a rename replaces it,
     * so the name is never missing.
     *
     * @param parent directory of the object's file
     * @throws IOException also if a directory has the object's name
     */
    void keep(SafeDirectory parent, ObjectKey key) throws IOException {
        Path file = parent.path().resolve(ObjectLayout.fileName(key));
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is a directory where an object belongs; move it away");
        }
        Files.createLink(directory.path().resolve(ObjectLayout.uniqueName(key)), file);
        directory.force();
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
