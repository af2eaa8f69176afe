package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGKILL before, during and after each step of storing an object. */
@Tag("slow")
class ObjectStoreCrashTest {

    @TempDir
    private Path root;

    @TempDir
    private Path outside;

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @EnumSource(StoreUntilKilled.Step.class)
    void storedObjectsAreCompleteAndNoOtherFileHasAFinalName(StoreUntilKilled.Step step) throws Exception {
        List<Long> stored = storeAndKill(step, 61);
        try (ObjectStore store = ObjectStore.open(root)) {
            for (long number : stored) {
                byte[] bytes = StoreUntilKilled.content(number);
                assertThat(store.find(StoreUntilKilled.key(number), bytes.length, StoreUntilKilled.md5(bytes)))
                        .as("object %s", number)
                        .contains(new ObjectStore.ExistingObject(Optional.of(StoreUntilKilled.ASSIGNMENT)));
            }
            for (Path file : filesWithFinalName()) {
                long number = UUID.fromString(file.getFileName().toString()).getLeastSignificantBits();
                assertThat(file).hasBinaryContent(StoreUntilKilled.content(number));
            }
            assertThat(TemporaryFiles.of(root)).isEmpty();
        }
    }

    private List<Long> storeAndKill(StoreUntilKilled.Step step, int times) throws Exception {
        return KilledProcess.outputOf(StoreUntilKilled.class, root, outside, step, times).stream()
                .map(Long::parseLong)
                .toList();
    }

    private List<Path> filesWithFinalName() throws Exception {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(root.resolve(".rebalancer")))
                    .toList();
        }
    }
}
