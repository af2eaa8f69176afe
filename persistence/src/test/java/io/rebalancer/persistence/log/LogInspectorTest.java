package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.fillSegment;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.persistence.log.LogInspector.End;
import io.rebalancer.persistence.log.LogInspector.IdSummary;
import io.rebalancer.persistence.log.LogInspector.SegmentSummary;
import io.rebalancer.persistence.log.LogInspector.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inspection never changes a log, whatever its state. */
class LogInspectorTest {
    @TempDir
    private Path directory;

    private EventLog open() throws IOException {
        return EventLog.open(directory, SMALL, Clock.systemUTC(), LogListener.NONE);
    }

    private Map<String, Integer> files() throws IOException {
        Map<String, Integer> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return files;
    }

    private Summary summary() throws IOException {
        Map<String, Integer> before = files();
        try (LogInspector inspector = LogInspector.open(directory)) {
            Summary summary = inspector.summary();
            assertThat(files()).as("no byte was changed").isEqualTo(before);
            return summary;
        }
    }

    @Test
    void aRunningLogIsInspectedWithoutDisturbance() throws Exception {
        try (EventLog log = open()) {
            long next = fillSegment(log, "a", 1);
            get(log.append("b", 1, events("b1", "b2", "b3")));
            get(log.deleteTo("b", 2));
            get(log.registerCursor("reader", 4));
            Summary summary = summary();
            assertThat(summary.hasDamage()).isFalse();
            assertThat(summary.segments())
                    .hasSize(2)
                    .extracting(SegmentSummary::how)
                    .containsOnly(End.WHOLE);
            assertThat(summary.ids())
                    .containsExactlyInAnyOrder(new IdSummary("a", next - 1, next - 1, 0), new IdSummary("b", 3, 3, 2));
            assertThat(summary.cursors()).extracting(Cursor::next).containsExactly(4L);
            List<String> eventNames = new ArrayList<>();
            try (LogInspector inspector = LogInspector.open(directory)) {
                inspector.events(event -> eventNames.add(event.persistenceId() + event.sequenceNr()));
            }
            assertThat(eventNames).hasSize((int) log.endOffset()).endsWith("b1", "b2", "b3");
            get(log.append("b", 4, events("b4")));
        }
    }

    @Test
    void anUnfinishedEndIsDistinguishedFromDamage() throws Exception {
        try (EventLog log = open()) {
            for (int i = 1; i <= 5; i++) {
                get(log.append("a", i, events("event " + i)));
            }
        }
        Path segment = directory.resolve(Segment.name(0));
        byte[] whole = Files.readAllBytes(segment);
        Files.write(segment, Arrays.copyOf(whole, whole.length - 10));
        assertThat(summary().segments().get(0).how()).isEqualTo(End.UNFINISHED);
        assertThat(summary().segments().get(0).events()).isEqualTo(4);
        byte[] damaged = whole.clone();
        damaged[Segment.BLOCK_BYTES + 200] ^= 1;
        Files.write(segment, damaged);
        assertThat(summary().hasDamage()).isTrue();
        try (LogInspector inspector = LogInspector.open(directory)) {
            assertThatThrownBy(() -> inspector.events(event -> {})).hasMessageContaining("damaged");
        }
        byte[] brokenHeader = whole.clone();
        brokenHeader[20] ^= 1;
        Files.write(segment, brokenHeader);
        assertThatThrownBy(() -> LogInspector.open(directory)).hasMessageContaining("its header is incomplete");
    }

    @Test
    void aMissingLogIsReported() {
        assertThatThrownBy(() -> LogInspector.open(directory)).hasMessageContaining("there is no log in " + directory);
        assertThatThrownBy(() -> LogInspector.open(directory.resolve("nowhere")))
                .hasMessageContaining("no such directory");
    }
}
