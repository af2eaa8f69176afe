package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import kamon.Kamon;
import kamon.metric.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory where replaced files are kept. Other content with an object's name is a sign of a damaged file, or of a
 * wrong digest in the metadata. So each replaced file is logged, and the metric {@code rebalancer.store.quarantined}
 * counts them.
 */
final class Quarantine implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Quarantine.class);

    private final SafeDirectory directory;
    private final Counter quarantined =
            Kamon.counter("rebalancer.store.quarantined").withoutTags();

    Quarantine(ObjectLayout layout) throws IOException {
        this.directory = SafeDirectory.open(layout.quarantine());
    }

    /**
     * Links the file that has an object's name into the quarantine. The file keeps its name until a rename replaces it,
     * so the name is never missing.
     *
     * @param parent directory of the object's file
     * @param expected digest of the object that replaces the file
     * @throws IOException also if a directory has the object's name
     */
    void keep(SafeDirectory parent, ObjectKey key, ContentMd5 expected) throws IOException {
        String fileName = ObjectLayout.fileName(key);
        Path file = parent.path().resolve(fileName);
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is a directory where an object belongs; move it away");
        }
        String found = digest(parent, fileName);
        String name = ObjectLayout.uniqueName(key);
        Files.createLink(directory.path().resolve(name), file);
        directory.force();
        quarantined.increment();
        LOGGER.warn(
                "object={} replaces a file with other content: path={} found-md5={} expected-md5={} quarantined-as={};"
                        + " compare the metadata record with both files",
                key.objectId(),
                key.relativePath(),
                found,
                expected.base64(),
                name);
    }

    /** The digest for the log. A damaged file may be unreadable, and is replaced all the same. */
    private static String digest(SafeDirectory parent, String fileName) {
        try {
            return ContentVerifier.md5(parent, fileName).map(ContentMd5::base64).orElse("none (not a regular file)");
        } catch (IOException e) {
            return "none (" + OneLine.of(e) + ")";
        }
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
