package io.rebalancer.manager.node;

import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files in which runs of reconciliation sort claims. A manager that was killed leaves those of its runs behind. */
final class SortFiles {
    private static final Logger LOGGER = LoggerFactory.getLogger(SortFiles.class);
    private static final String NAMES = "{claims,run}-*";

    private SortFiles() {}

    /** Deletes what earlier processes left behind. Runs work without that, so a failure is only logged. */
    static void deleteIn(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, NAMES)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOGGER.warn(
                    "files of earlier runs of reconciliation stay in {} and take up its disk: {}. Allow this process to"
                            + " write there, or set rebalancer.reconcile.sort.directory to another directory",
                    directory,
                    OneLine.of(e));
        }
    }
}
