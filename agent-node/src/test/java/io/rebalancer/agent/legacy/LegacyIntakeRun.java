package io.rebalancer.agent.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A legacy manager that never deletes its assignments: {@code make test-legacy-intake}. Prints the heap, the size of the log,
 * and the time of a restart.
 */
class LegacyIntakeRun {
    private static final int ASSIGNMENTS = Integer.getInteger("intake.assignments", 100_000);
    private static final int ROUND = 5_000;
    private static final Duration RESTART_LIMIT = Duration.ofSeconds(10);
    private static final long MAX_HEAP_BYTES = 256 << 20;

    /** So that segments end, and may be deleted, within the time of the run. */
    private static final String SMALL_SEGMENTS = """
            rebalancer.log {
              segment-bytes = 4 MiB, max-batch-bytes = 1 MiB, max-frame-bytes = 1 MiB
              retention { keep-segments = 2, min-age = 1s }
            }""";

    @TempDir
    private Path directory;

    @Test
    void memoryLogAndRestartStayBounded() throws Exception {
        assertThat(Runtime.getRuntime().maxMemory()).isLessThanOrEqualTo(MAX_HEAP_BYTES);
        try (TestAgent agent = TestAgent.start(directory, SMALL_SEGMENTS)) {
            LegacyIntake intake = new LegacyIntake(agent);
            print("%12s %10s %10s %10s", "assignments", "per s", "heap MiB", "log MiB");
            for (int sent = 0; sent < ASSIGNMENTS; ) {
                long start = System.nanoTime();
                sent = Math.min(sent + ROUND, ASSIGNMENTS);
                intake.sendUntil(sent);
                double seconds = (System.nanoTime() - start) / 1e9;
                print(
                        "%12d %10.0f %10d %10d",
                        sent, ROUND / seconds, LegacyIntake.heapBytes() >> 20, agent.dataBytes() >> 20);
            }
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> agent.stats(LegacyIntake.id(ASSIGNMENTS - 1))
                            .path("state")
                            .isObject());
            String last = agent.find(LegacyIntake.id(ASSIGNMENTS - 1)).body();
            long start = System.nanoTime();
            agent.restart();
            String after = agent.find(LegacyIntake.id(ASSIGNMENTS - 1)).body();
            Duration restart = Duration.ofNanos(System.nanoTime() - start);
            print("stop, start and first answer took %d ms", restart.toMillis());
            assertThat(after).isEqualTo(last);
            assertThat(restart).isLessThan(RESTART_LIMIT);
        }
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
