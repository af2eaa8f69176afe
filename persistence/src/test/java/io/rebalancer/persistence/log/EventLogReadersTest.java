package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.EventLog.Stored;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers beside a busy writer: they see a beginning of what is stored, and never half of anything. */
class EventLogReadersTest {
    private static final int GROUPS = 300;
    private static final int GROUP = 1000;

    @TempDir
    private Path directory;

    private static CompletionStage<Long> append(EventLog log) {
        CompletionStage<Long> last = CompletableFuture.completedFuture(0L);
        long next = 1;
        for (int group = 0; group < GROUPS; group++) {
            for (int i = 0; i < GROUP; i++) {
                last = log.append("a", next++, events("x"));
            }
            last.toCompletableFuture().join();
        }
        return last;
    }

    @Test
    void theyNeverMeetWhatIsNotThereYet() throws Exception {
        try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            CompletableFuture<Long> written = CompletableFuture.supplyAsync(
                    () -> append(log).toCompletableFuture().join());
            long read = 0;
            long fed = 0;
            while (read < (long) GROUPS * GROUP || fed < (long) GROUPS * GROUP) {
                for (Stored stored : log.read("a", read + 1, Long.MAX_VALUE, Long.MAX_VALUE)) {
                    assertThat(stored.sequenceNr()).isEqualTo(++read);
                }
                List<Stored> some = log.feed(fed, Integer.MAX_VALUE);
                for (Stored stored : some) {
                    assertThat(stored.offset()).isEqualTo(fed++);
                }
                assertThat(written.isCompletedExceptionally()).isFalse();
            }
            written.get();
        }
    }
}
