package io.rebalancer.agent.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of incoming objects below an object root. */
public final class TemporaryFiles {
    private TemporaryFiles() {}

    public static List<Path> of(Path root) {
        try (Stream<Path> files = Files.walk(root.resolve(".rebalancer/incoming"))) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
