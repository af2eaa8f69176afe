package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL in the midst of storing. */
class ObjectStoreCrashTest {

    @TempDir
    private Path root;

    @TempDir
    private Path outside;

    @RepeatedTest(5)
    void whatWasSealedStandsWholeAndNothingElseHasAName(RepetitionInfo repetition) throws Exception {
        List<Long> sealed = storeAndKill(20 + 37 * repetition.getCurrentRepetition());
        try (ObjectStore store = ObjectStore.open(root)) {
            for (long number : sealed) {
                byte[] bytes = StoreUntilKilled.content(number);
                assertThat(store.holds(StoreUntilKilled.key(number), bytes.length, StoreUntilKilled.md5(bytes)))
                        .as("object %s", number)
                        .isTrue();
            }
            for (Path file : named()) {
                long number = UUID.fromString(file.getFileName().toString()).getLeastSignificantBits();
                assertThat(file).hasBinaryContent(StoreUntilKilled.content(number));
            }
            assertThat(root.resolve(".rebalancer/incoming")).isEmptyDirectory();
        }
    }

    private List<Long> storeAndKill(int lines) throws Exception {
        Path out = outside.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreUntilKilled.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        await().until(() -> Files.readAllLines(out).size() >= lines || !process.isAlive());
        assertThat(process.destroyForcibly().waitFor()).isEqualTo(137);
        String text = Files.readString(out);
        // The last line may have been cut by the kill.
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(Long::parseLong)
                .toList();
    }

    private List<Path> named() throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(root.resolve(".rebalancer")))
                    .toList();
        }
    }
}
