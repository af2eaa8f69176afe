package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.persistence.sort.SortedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import kamon.Kamon;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lists empty files of 20 owners, and beside it {@code find}, which reads the same facts and sorts nothing. Run it with {@code
 * make bench-inventory}; {@code -Dfiles=N} sets the number of files.
 */
class InventoryBench {
    private static final int FILES = Integer.getInteger("files", 200_000);
    private static final int OWNERS = 20;
    private static final int ROUNDS = 4;
    private static final double SECOND_NANOS = 1e9;

    @TempDir
    private Path temporary;

    @Test
    void listFiles() throws Exception {
        Path root = Files.createDirectory(temporary.resolve("root"));
        makeFiles(root);
        InventoryFiles files = new InventoryFiles(temporary.resolve("inventory"));
        List<String> lines = new ArrayList<>();
        try (ObjectStore store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE)) {
            for (int round = 0; round < ROUNDS; round++) {
                lines.add("agent  " + rate(seconds(() -> list(store, files))));
                lines.add("find   " + rate(seconds(() -> find(root))));
            }
        }
        lines.forEach(System.out::println);
    }

    private static void makeFiles(Path root) throws IOException {
        Random random = new Random(1);
        for (int owner = 0; owner < OWNERS; owner++) {
            Path directory = Files.createDirectory(root.resolve(new UUID(random.nextLong(), owner).toString()));
            for (int i = owner; i < FILES; i += OWNERS) {
                Files.createFile(directory.resolve(new UUID(random.nextLong(), random.nextLong()).toString()));
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static double seconds(Work work) throws Exception {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / SECOND_NANOS;
    }

    private static String rate(double seconds) {
        return String.format("%,.0f files/s (%.2f s for %,d files)", FILES / seconds, seconds, FILES);
    }

    private static void list(ObjectStore store, InventoryFiles files) throws IOException {
        CoverageCounts counts = new CoverageCounts();
        try (var tree = store.openTree();
                var sorter = files.newSorter(64 << 20)) {
            new InventoryWalk(
                            sorter,
                            counts,
                            new Pacer(0),
                            Kamon.counter("bench.files").withoutTags())
                    .run(tree);
            SortedFile sorted = sorter.finish(files.newSortedFile("bench"));
            assertThat(sorted.count()).isEqualTo(FILES);
            sorted.delete();
        }
    }

    private void find(Path root) throws Exception {
        Process process = new ProcessBuilder("find", root.toString(), "-printf", "%P %s %T@ %C@\n")
                .redirectOutput(temporary.resolve("find.out").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor()).isZero();
        assertThat(temporary.resolve("find.out")).isNotEmptyFile();
    }
}
