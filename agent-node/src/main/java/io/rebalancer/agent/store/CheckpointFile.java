package io.rebalancer.agent.store;

import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file beside a part that has the part's last checkpoint. Each checkpoint replaces the one before by a rename. */
final class CheckpointFile {
    private static final String SUFFIX = ".checkpoint";
    private static final String TEMPORARY_SUFFIX = SUFFIX + ".new";
    private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointFile.class);

    private final DiskOperations disk;
    private final SafeDirectory directory;
    private final String partName;
    private boolean exists;
    private boolean failed;

    CheckpointFile(DiskOperations disk, SafeDirectory directory, String partName) {
        this.disk = disk;
        this.directory = directory;
        this.partName = partName;
    }

    /** The name of the part to which a file in the directories of incoming objects belongs. */
    static String partName(String fileName) {
        for (String suffix : new String[] {TEMPORARY_SUFFIX, SUFFIX}) {
            if (fileName.endsWith(suffix)) {
                return fileName.substring(0, fileName.length() - suffix.length());
            }
        }
        return fileName;
    }

    Path path() {
        return directory.path().resolve(partName + SUFFIX);
    }

    private Path temporaryPath() {
        return directory.path().resolve(partName + TEMPORARY_SUFFIX);
    }

    /** Reads the checkpoint; empty if there is none, or if it is damaged or has an unknown version. */
    Optional<Checkpoint> read() throws IOException {
        exists = Files.exists(path());
        return exists ? Checkpoint.parse(disk.readCheckpoint(path())) : Optional.empty();
    }

    /** Whether the part has a checkpoint. */
    boolean exists() {
        return exists;
    }

    /**
     * Stores a checkpoint. A failure is logged and has no other effect: the part is complete without its checkpoint, and
     * the checkpoint before stays valid.
     */
    void store(Checkpoint checkpoint) {
        try {
            disk.writeCheckpoint(temporaryPath(), StandardCharsets.US_ASCII.encode(checkpoint.text()));
            disk.rename(
                    path(),
                    () -> directory.moveFrom(
                            directory,
                            temporaryPath().getFileName().toString(),
                            path().getFileName().toString()));
            exists = true;
            disk.forceDirectory(directory.path(), directory::force);
        } catch (IOException e) {
            reportOnce(e);
        }
    }

    private void reportOnce(IOException failure) {
        if (!failed) {
            failed = true;
            LOGGER.warn(
                    "part={} the checkpoint was not stored, the copy continues; after a restart of the agent it resumes"
                            + " at an earlier checkpoint or from the start: {}",
                    partName,
                    OneLine.of(failure));
        }
    }

    /** Removes the checkpoint, and what is left of an interrupted {@link #store}. */
    void delete() throws IOException {
        if (exists || failed) {
            deleteAlways();
        }
    }

    /** Removes the files of a part that another process may have left. */
    void deleteAlways() throws IOException {
        Files.deleteIfExists(path());
        Files.deleteIfExists(temporaryPath());
        exists = false;
    }
}
