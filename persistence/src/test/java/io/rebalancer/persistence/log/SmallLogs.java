package io.rebalancer.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Logs with small segments, which are deleted as soon as they are no longer needed. */
final class SmallLogs {
    static final LogSettings SMALL = new LogSettings(
            64 << 10,
            16 << 10,
            16 << 10,
            8 << 10,
            new LogSettings.Queue(64 << 10, 100, Duration.ofSeconds(5)),
            new LogSettings.Force(Duration.ofSeconds(5), Duration.ofSeconds(8)),
            0,
            new LogSettings.Retention(0, Duration.ZERO, 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 0),
            false);

    /** The same, and a segment is compacted when less than a quarter of it is needed. */
    static final LogSettings COMPACTING =
            with(new LogSettings.Retention(0, Duration.ZERO, 1L << 40, OptionalLong.empty(), Duration.ofDays(1), 25));

    private SmallLogs() {}

    static LogSettings with(LogSettings.Queue queue, LogSettings.Force force) {
        return new LogSettings(
                SMALL.segmentBytes(),
                SMALL.maxBatchBytes(),
                SMALL.maxFrameBytes(),
                SMALL.aheadBytes(),
                queue,
                force,
                0,
                SMALL.retention(),
                false);
    }

    static LogSettings with(LogSettings.Retention retention) {
        return new LogSettings(
                SMALL.segmentBytes(),
                SMALL.maxBatchBytes(),
                SMALL.maxFrameBytes(),
                SMALL.aheadBytes(),
                SMALL.queue(),
                SMALL.force(),
                0,
                retention,
                false);
    }

    static LogSettings withLowWater(long bytes) {
        return new LogSettings(
                SMALL.segmentBytes(),
                SMALL.maxBatchBytes(),
                SMALL.maxFrameBytes(),
                SMALL.aheadBytes(),
                SMALL.queue(),
                SMALL.force(),
                bytes,
                SMALL.retention(),
                false);
    }

    static EventLog open(LogDisk disk, LogSettings settings) throws IOException {
        return EventLog.open(disk, settings, Clock.systemUTC(), LogListener.NONE);
    }

    static List<byte[]> events(String... texts) {
        return Arrays.stream(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get();
    }

    static List<String> read(EventLog log, String id) throws IOException {
        return texts(log.read(id, 1, Long.MAX_VALUE, Long.MAX_VALUE));
    }

    static List<String> texts(List<EventLog.Event> events) {
        return events.stream()
                .map(event -> new String(event.bytes(), StandardCharsets.UTF_8))
                .toList();
    }

    static void assertFails(CompletionStage<Long> result, LogException.Kind kind) {
        assertThatThrownBy(() -> get(result))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        LogException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    /** Appends events of 1,000 bytes until the segment is finished, and returns the next sequence number. */
    static long fillSegment(EventLog log, String id, long next) throws Exception {
        int before = log.status().segments();
        long sequenceNr = next;
        while (log.status().segments() == before) {
            get(log.append(id, sequenceNr, events(sequenceNr + "x".repeat(1000))));
            sequenceNr++;
        }
        return sequenceNr;
    }

    /** Runs retention until the log has this number of segments. */
    static void runRetentionUntilSegments(EventLog log, int segments) {
        await().until(() -> {
            log.runRetention();
            return log.status().segments() == segments;
        });
    }
}
