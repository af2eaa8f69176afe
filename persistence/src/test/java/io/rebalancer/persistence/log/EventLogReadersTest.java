package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.EventLog.Event;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers beside a busy writer see a prefix of the stored events, and never part of an event. */
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
    void readersSeeOnlyDurableEvents() throws Exception {
        try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
            CompletableFuture<Long> written = CompletableFuture.supplyAsync(
                    () -> append(log).toCompletableFuture().join());
            long eventsRead = 0;
            long eventsFed = 0;
            while (eventsRead < (long) GROUPS * GROUP || eventsFed < (long) GROUPS * GROUP) {
                for (Event event : log.read("a", eventsRead + 1, Long.MAX_VALUE, Long.MAX_VALUE)) {
                    assertThat(event.sequenceNr()).isEqualTo(++eventsRead);
                }
                List<Event> page = log.feed(eventsFed, Integer.MAX_VALUE);
                for (Event event : page) {
                    assertThat(event.offset()).isEqualTo(eventsFed++);
                }
                assertThat(written.isCompletedExceptionally()).isFalse();
            }
            written.get();
        }
    }
}
