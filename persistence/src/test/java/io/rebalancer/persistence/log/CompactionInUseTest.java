package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.COMPACTING;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static io.rebalancer.persistence.log.SmallLogs.runRetentionUntilSegments;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.persistence.log.EventLog.Event;
import io.rebalancer.persistence.log.LogInspector.SegmentSummary;
import io.rebalancer.persistence.log.LogInspector.Summary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compactions of real files, while others write and read. */
@Tag("slow")
class CompactionInUseTest {
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private long fileBytes() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                bytes += Files.exists(file) ? Files.size(file) : 0;
            }
        } catch (java.nio.file.NoSuchFileException e) {
            // Deleted in between; the next call counts again.
            return Long.MAX_VALUE;
        }
        return bytes;
    }

    /** A thousand ids of a thousand events, of which the last one stays. Another id is written and read at the same time. */
    @Test
    void aMillionEventsWithOneInAThousandAliveShrinkToATenthWhileInUse() throws Exception {
        int ids = 1000;
        int eventsOfId = 1000;
        LogSettings settings = new LogSettings(
                4 << 20,
                1 << 20,
                1 << 20,
                1 << 20,
                new LogSettings.Queue(64L << 20, 10_000, Duration.ofMinutes(1)),
                LogSettings.DEFAULTS.force(),
                0,
                new LogSettings.Retention(1, Duration.ZERO, 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 25),
                false);
        try (EventLog log = EventLog.open(directory, settings, Clock.systemUTC(), LogListener.NONE)) {
            byte[] event = new byte[200];
            for (int id = 0; id < ids; id++) {
                CompletionStage<Long> last = CompletableFuture.completedFuture(0L);
                for (int i = 1; i <= eventsOfId; i++) {
                    last = log.append("id-" + id, i, List.of(event));
                }
                get(last);
            }
            long before = fileBytes();
            assertThat(before).isGreaterThan((long) ids * eventsOfId * event.length);
            AtomicBoolean ended = new AtomicBoolean();
            CompletableFuture<Long> use = CompletableFuture.supplyAsync(() -> useUntil(ended, log, ids, eventsOfId));
            CompletionStage<Long> deleted = CompletableFuture.completedFuture(0L);
            for (int id = 0; id < ids; id++) {
                deleted = log.deleteTo("id-" + id, eventsOfId - 1);
            }
            get(deleted);
            await().atMost(DEADLINE).until(() -> use.isDone() || fileBytes() < before / 10);
            ended.set(true);
            assertThat(use.get()).isPositive();
            assertThat(fileBytes()).isLessThan(before / 10);
            assertThat(log.status().bytes()).isLessThan(before / 10);
        }
        try (EventLog log = EventLog.open(directory, settings, Clock.systemUTC(), LogListener.NONE)) {
            for (int id = 0; id < ids; id++) {
                assertOnlyTheLastIsAlive(log, "id-" + id, eventsOfId);
                assertThat(get(log.highestSequenceNr("id-" + id))).isEqualTo(eventsOfId);
            }
        }
    }

    private static void assertOnlyTheLastIsAlive(EventLog log, String id, int eventsOfId) throws IOException {
        // Asked first: a deletion may come between the question and the read, not the other way round.
        boolean deleted = log.deletedTo(id) > 0;
        assertThat(log.read(id, 1, Long.MAX_VALUE, Long.MAX_VALUE))
                .extracting(Event::sequenceNr)
                .endsWith((long) eventsOfId)
                .hasSizeLessThanOrEqualTo(deleted ? 1 : eventsOfId);
    }

    /** Appends, deletes and reads; returns the number of events that were written. */
    private static long useUntil(AtomicBoolean ended, EventLog log, int ids, int eventsOfId) {
        long next = 1;
        try {
            while (!ended.get()) {
                get(log.append("busy", next, events("busy " + next)));
                get(log.deleteTo("busy", next - 1));
                assertThat(read(log, "busy")).containsExactly("busy " + next);
                assertOnlyTheLastIsAlive(log, "id-" + next % ids, eventsOfId);
                next++;
            }
            return next - 1;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A writer fills segments, deletes most events, and another thread interrupts a reader from time to time. Readers see
     * every live event, whichever segments are replaced meanwhile.
     */
    @Test
    void readersSeeEveryLiveEventWhileSegmentsAreReplaced() throws Exception {
        AtomicLong compactions = new AtomicLong();
        LogListener listener = new LogListener() {
            @Override
            public void segmentsCompacted(String segment, int segments, long bytesBefore, long bytesAfter) {
                compactions.incrementAndGet();
            }

            @Override
            public void maintenanceFailed(String message, Throwable cause) {
                throw new IllegalStateException(message, cause);
            }
        };
        AtomicLong stored = new AtomicLong();
        AtomicBoolean ended = new AtomicBoolean();
        try (EventLog log = EventLog.open(directory, COMPACTING, Clock.systemUTC(), listener)) {
            // A reader that finds the first event before it is counted would compare it with an empty list, which
            // AssertJ
            // refuses.
            get(log.append("live", 1, events("live 1")));
            stored.set(1);
            CompletableFuture<Void> byId = CompletableFuture.runAsync(() -> readById(ended, log, stored));
            CompletableFuture<Void> feed = CompletableFuture.runAsync(() -> readFeed(ended, log, stored));
            Thread interrupted = new Thread(() -> readInterrupted(ended, log));
            interrupted.start();
            long next = 1;
            while (compactions.get() < 20 && !byId.isDone() && !feed.isDone()) {
                long number = stored.get() + 1;
                get(log.append("live", number, events("live " + number)));
                stored.set(number);
                next = fillSegment(log, "a", next);
                get(log.deleteTo("a", next - 1));
                log.runRetention();
                interrupted.interrupt();
            }
            ended.set(true);
            byId.get();
            feed.get();
            interrupted.join();
        }
    }

    private static void readById(AtomicBoolean ended, EventLog log, AtomicLong stored) {
        try {
            while (!ended.get()) {
                long known = stored.get();
                assertThat(log.read("live", 1, known, Long.MAX_VALUE))
                        .extracting(Event::sequenceNr)
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(1, known).boxed().toList());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void readFeed(AtomicBoolean ended, EventLog log, AtomicLong stored) {
        try {
            while (!ended.get()) {
                long known = stored.get();
                List<Event> all = log.feed(0, Integer.MAX_VALUE);
                assertThat(all).extracting(Event::offset).isSorted().doesNotHaveDuplicates();
                assertThat(all.stream().filter(event -> event.persistenceId().equals("live")))
                        .extracting(Event::sequenceNr)
                        .startsWith(LongStream.rangeClosed(1, known).boxed().toArray(Long[]::new));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void readInterrupted(AtomicBoolean ended, EventLog log) {
        while (!ended.get()) {
            try {
                log.read("live", 1, Long.MAX_VALUE, Long.MAX_VALUE);
            } catch (IOException e) {
                assertThat(e).isInstanceOf(ClosedByInterruptException.class);
            }
            Thread.interrupted();
        }
    }

    /** An interrupt closes the file of a replaced segment. It must not be read from the file that has its name now. */
    @Test
    void aFileIsNotReopenedWhenAnotherHasItsName() throws Exception {
        try (LogDisk disk = FileDisk.open(directory)) {
            LogDisk.LogFile replaced = disk.create("a");
            replaced.write(ByteBuffer.wrap(new byte[100]), 0);
            try (LogDisk.LogFile other = disk.create("b")) {
                other.write(ByteBuffer.wrap(new byte[100]), 0);
            }
            disk.rename("b", "a");
            assertThat(replaced.read(ByteBuffer.allocate(100), 0)).isEqualTo(100);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> replaced.read(ByteBuffer.allocate(100), 0))
                    .isInstanceOf(ClosedByInterruptException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThatThrownBy(() -> replaced.read(ByteBuffer.allocate(100), 0))
                    .isExactlyInstanceOf(ClosedChannelException.class);
            replaced.close();
        }
    }

    @Test
    void theInspectorShowsWhatWasReplaced() throws Exception {
        try (EventLog log = EventLog.open(directory, COMPACTING, Clock.systemUTC(), LogListener.NONE)) {
            get(log.append("quiet", 1, events("q1")));
            long next = 1;
            for (int i = 0; i < 3; i++) {
                next = fillSegment(log, "a", next);
            }
            byte[] replaced = Files.readAllBytes(directory.resolve(Segment.name(1)));
            get(log.deleteTo("a", next - 1));
            runRetentionUntilSegments(log, 2);
            log.runRetention();
            assertCompacted(summary(), next - 1);
            Files.write(directory.resolve(Segment.name(1)), replaced);
            assertCompacted(summary(), next - 1);
            List<String> exported = new ArrayList<>();
            try (LogInspector inspector = LogInspector.open(directory)) {
                inspector.events(event -> exported.add(event.persistenceId() + event.sequenceNr()));
            }
            assertThat(exported).startsWith("quiet1").doesNotHaveDuplicates();
        }
        byte[] content = Files.readAllBytes(directory.resolve(Segment.name(2)));
        content[content.length - 20] ^= 1;
        Files.write(directory.resolve(Segment.name(2)), content);
        assertThat(summary().hasDamage()).isTrue();
    }

    private Summary summary() throws IOException {
        try (LogInspector inspector = LogInspector.open(directory)) {
            return inspector.summary();
        }
    }

    private static void assertCompacted(Summary summary, long highest) {
        assertThat(summary.hasDamage()).isFalse();
        assertThat(summary.segments()).extracting(SegmentSummary::number).containsExactly(2L, 3L);
        assertThat(summary.segments()).extracting(SegmentSummary::firstNumber).containsExactly(0L, 3L);
        assertThat(summary.segments().get(0).indexed()).isTrue();
        assertThat(summary.oldestKeptBy()).containsExactly("quiet");
        assertThat(summary.ids())
                .extracting(LogInspector.IdSummary::persistenceId, LogInspector.IdSummary::highest)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("quiet", 1L),
                        org.assertj.core.groups.Tuple.tuple("a", highest));
    }
}
