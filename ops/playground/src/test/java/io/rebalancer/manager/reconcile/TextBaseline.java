package io.rebalancer.manager.reconcile;

import io.rebalancer.manager.reconcile.BenchCopies.Drift;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The same copies as lines of text, sorted and compared by the programs {@code sort} and {@code comm}. */
final class TextBaseline {
    private static final int BUFFER = 1 << 16;
    private static final long OTHER_LENGTH = 1;

    private final Path directory;
    private final long memoryBytes;

    TextBaseline(Path directory, long memoryBytes) {
        this.directory = directory;
        this.memoryBytes = memoryBytes;
    }

    /** Writes both sides in the order of their numbers. */
    void write(BenchCopies copies) throws IOException {
        write(copies, "claims", drift -> drift != Drift.NO_RECORD, 0);
        write(copies, "files", drift -> drift != Drift.NO_FILE, OTHER_LENGTH);
    }

    private void write(BenchCopies copies, String name, Predicate<Drift> has, long other) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(directory.resolve(name)), BUFFER)) {
            for (long number = 0; number < copies.count(); number++) {
                Drift drift = BenchCopies.drift(number);
                if (has.test(drift)) {
                    long size = BenchCopies.sizeBytes(number) + (drift == Drift.OTHER_LENGTH ? other : 0);
                    String line = BenchCopies.key(number) + " " + size + "\n";
                    out.write(line.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        }
    }

    void sort() throws Exception {
        for (String name : List.of("claims", "files")) {
            run(
                    Path.of("/dev/null"),
                    "sort",
                    "-S",
                    memoryBytes + "b",
                    "-T",
                    directory.toString(),
                    "-o",
                    directory.resolve(name + ".sorted").toString(),
                    directory.resolve(name).toString());
        }
    }

    /** Returns the number of lines that are in one of the files only; a copy with another length has one in each. */
    long compare() throws Exception {
        Path result = directory.resolve("differences");
        run(
                result,
                "comm",
                "-3",
                directory.resolve("claims.sorted").toString(),
                directory.resolve("files.sorted").toString());
        try (Stream<String> lines = Files.lines(result)) {
            return lines.count();
        }
    }

    private static void run(Path output, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LC_ALL", "C");
        int status = builder.start().waitFor();
        if (status != 0) {
            throw new IOException(command[0] + " ended with status " + status);
        }
    }
}
