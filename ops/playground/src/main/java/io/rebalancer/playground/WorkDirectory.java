package io.rebalancer.playground;

import io.rebalancer.playground.console.PlaygroundFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Prepares the directory of a run: clears it if an earlier run created it, and refuses any other that is not empty. */
final class WorkDirectory {
    private static final String MARKER = ".rebalancer-playground";

    private WorkDirectory() {}

    /** @return the absolute directory, empty except for its marker file */
    static Path prepare(Path directory) throws PlaygroundFault {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
            List<Path> entries = entries(absolute);
            if (!entries.isEmpty() && !Files.exists(absolute.resolve(MARKER))) {
                throw new PlaygroundFault("--dir " + directory
                        + " is not empty and was not created by the playground; choose another directory");
            }
            for (Path entry : entries) {
                delete(entry);
            }
            Files.createFile(absolute.resolve(MARKER));
            return absolute;
        } catch (IOException e) {
            throw new PlaygroundFault(
                    "--dir " + directory + " can't be used (" + e + "); choose a directory that you can write to");
        }
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    private static void delete(Path top) throws IOException {
        try (Stream<Path> below = Files.walk(top)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
