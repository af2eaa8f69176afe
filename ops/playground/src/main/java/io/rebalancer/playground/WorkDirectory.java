package io.rebalancer.playground;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The directory of a run. An earlier run's is cleared; anything else that is not empty is left alone. */
final class WorkDirectory {
    private static final String MARKER = ".rebalancer-playground";

    private WorkDirectory() {}

    /** @return the directory, empty but for its marker */
    static Path prepare(Path directory) throws PlaygroundFault {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
            List<Path> entries = entries(absolute);
            if (!entries.isEmpty() && !Files.exists(absolute.resolve(MARKER))) {
                throw new PlaygroundFault("--dir " + directory
                        + " is not empty and not from an earlier run of the playground; give another directory");
            }
            for (Path entry : entries) {
                delete(entry);
            }
            Files.createFile(absolute.resolve(MARKER));
            return absolute;
        } catch (IOException e) {
            throw new PlaygroundFault(
                    "--dir " + directory + " can't be used (" + e + "); give a directory that you may write");
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
