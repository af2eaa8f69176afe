package io.rebalancer.manager.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a manager that was killed left in the directory in which runs sort claims. */
class SortFilesTest {

    @Test
    void onlyTheFilesOfRunsAreDeleted(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("claims-1"), "x");
        Files.writeString(directory.resolve("run-2-1"), "x");
        Path other = Files.writeString(directory.resolve("claims.txt"), "x");
        SortFiles.deleteIn(directory);
        assertThat(directory).isDirectoryContaining(other::equals);
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(other);
        }
    }

    @Test
    void aDirectoryThatDoesNotExistIsEmpty(@TempDir Path directory) {
        Path missing = directory.resolve("missing");
        SortFiles.deleteIn(missing);
        assertThat(missing).doesNotExist();
    }

    @Test
    void aFileThatCannotBeDeletedStopsNothing(@TempDir Path directory) throws IOException {
        Path full = Files.createDirectory(directory.resolve("run-3"));
        Path kept = Files.writeString(full.resolve("kept"), "x");
        SortFiles.deleteIn(directory);
        assertThat(kept).exists();
    }
}
