package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.ContentMd5;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIGKILL in the middle of a large object: the next process continues at the last checkpoint. */
@Tag("slow")
class PartCrashTest {
    private static final long CHECKPOINT = IncomingObject.CHECKPOINT_BYTES;

    @TempDir
    private Path root;

    @TempDir
    private Path outside;

    private final LargeObjectUntilKilled content = new LargeObjectUntilKilled();

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({
        "IN_MID_WRITE,208,3",
        "BEFORE_FORCE,3,2",
        "AFTER_FORCE,3,2",
        "BEFORE_RENAME,3,2",
        "AFTER_RENAME,3,3",
        "BEFORE_DIRECTORY_FORCE,3,3"
    })
    void theNextProcessContinuesAtTheLastCheckpoint(StoreUntilKilled.Step step, int times, int checkpoints)
            throws Exception {
        long written = writeAndKill(step, times);
        assertThat(written / CHECKPOINT).isBetween(checkpoints - 1L, (long) checkpoints);
        finish(checkpoints * CHECKPOINT);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void eachOfSeveralProcessesContinues() throws Exception {
        assertThat(writeAndKill(StoreUntilKilled.Step.IN_MID_WRITE, 70)).isEqualTo(69L * LargeObjectUntilKilled.MIB);
        assertThat(writeAndKill(StoreUntilKilled.Step.IN_MID_WRITE, 70))
                .isEqualTo(CHECKPOINT + 69L * LargeObjectUntilKilled.MIB);
        assertThat(writeAndKill(StoreUntilKilled.Step.AFTER_FORCE, 1)).isBetween(2 * CHECKPOINT, 3 * CHECKPOINT);
        finish(2 * CHECKPOINT);
    }

    /** Continues the object in this process and verifies it. */
    private void finish(long resumedBytes) throws Exception {
        ContentMd5 md5 = content.md5();
        try (ObjectStore store = ObjectStore.open(root)) {
            assertThat(store.resumableParts()).isEqualTo(1);
            try (IncomingObject object = store.begin(LargeObject.KEY, LargeObjectUntilKilled.SIZE, md5)) {
                assertThat(object.writtenBytes()).isEqualTo(resumedBytes);
                while (object.writtenBytes() < LargeObjectUntilKilled.SIZE) {
                    content.writeNext(object);
                }
                object.verify(LargeObject.ASSIGNMENT, 0);
                store.publish(object);
            }
            assertThat(store.find(LargeObject.KEY, LargeObjectUntilKilled.SIZE, md5))
                    .isPresent();
            assertThat(TemporaryFiles.of(root)).isEmpty();
        }
    }

    /** Returns the length that the process reported last. */
    private long writeAndKill(StoreUntilKilled.Step step, int times) throws Exception {
        return KilledProcess.outputOf(LargeObjectUntilKilled.class, root, outside, step, times).stream()
                .filter(line -> line.matches("[0-9]+"))
                .mapToLong(Long::parseLong)
                .max()
                .orElse(0);
    }
}
