package io.rebalancer.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The text files of this repository, without what a build makes. */
final class Repository {
    private static final Set<String> NOT_SOURCES = Set.of("target", ".git", "node_modules");
    private static final Set<String> TEXT = Set.of("java", "conf", "md", "sql", "xml", "yml", "js", "sh", "mmd");

    private Repository() {}

    /** The folder that holds the modules. */
    static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("rebalancer-core"))) {
                return folder;
            }
        }
        throw new IllegalStateException(
                "not inside the repository: " + Path.of("").toAbsolutePath());
    }

    /** A text file: its path from the root, with forward slashes, and what it holds. */
    record TextFile(String path, String text) {
        boolean isTestSource() {
            return path.contains("/src/test/");
        }

        boolean isUnder(String folder) {
            return path.startsWith(folder);
        }

        /** Line number of a character, from 1. */
        long lineOf(int offset) {
            return text.substring(0, offset).lines().count() + (offset > 0 && text.charAt(offset - 1) == '\n' ? 1 : 0);
        }
    }

    static List<TextFile> textFiles() {
        Path root = root();
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> isSource(root.relativize(file)))
                    .map(file -> read(root, file))
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSource(Path path) {
        for (Path part : path) {
            if (NOT_SOURCES.contains(part.toString())) {
                return false;
            }
        }
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? TEXT.contains(name.substring(dot + 1)) : path.startsWith("bin") || name.equals("Makefile");
    }

    private static Optional<TextFile> read(Path root, Path file) {
        try {
            return Optional.of(
                    new TextFile(root.relativize(file).toString().replace('\\', '/'), Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " is not readable as UTF-8", e);
        }
    }
}
