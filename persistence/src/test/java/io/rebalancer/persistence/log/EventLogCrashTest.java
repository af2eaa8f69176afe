package io.rebalancer.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.EventLog.Event;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that are killed with SIGKILL while they append to the same log, one after the other. {@code make test-long} kills
 * 200.
 */
@Tag("slow")
class EventLogCrashTest {
    private static final int KILLS = Integer.getInteger("log.kills", 40);

    @TempDir
    private Path directory;

    @Test
    void acknowledgedEventsSurviveEveryKill() throws Exception {
        Random random = new Random(11);
        Map<String, Long> acknowledged = new HashMap<>();
        for (int kill = 1; kill <= KILLS; kill++) {
            appendAndKill(acknowledged, 50 + random.nextInt(800));
            try (EventLog log = EventLog.open(directory, LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE)) {
                for (Map.Entry<String, Long> each : acknowledged.entrySet()) {
                    List<Event> events = log.read(each.getKey(), 1, Long.MAX_VALUE, Long.MAX_VALUE);
                    assertThat((long) events.size())
                            .as("kill %d, %s", kill, each)
                            .isGreaterThanOrEqualTo(each.getValue());
                    for (int i = 0; i < events.size(); i++) {
                        Event event = events.get(i);
                        assertThat(event.sequenceNr()).isEqualTo(i + 1);
                        assertThat(new String(event.bytes(), StandardCharsets.UTF_8))
                                .isEqualTo(AppendUntilKilled.event(each.getKey(), i + 1));
                    }
                }
            }
        }
        assertThat(acknowledged).hasSize(8);
    }

    private void appendAndKill(Map<String, Long> acknowledged, int lines) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendUntilKilled.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            for (int read = 0; line != null && read < lines; read++) {
                int space = line.indexOf(' ');
                assertThat(line).as("output of the process").matches("id-[0-7] [0-9]+");
                acknowledged.merge(line.substring(0, space), Long.parseLong(line.substring(space + 1)), Math::max);
                line = out.readLine();
            }
            assertThat(process.isAlive()).isTrue();
        }
        assertThat(process.destroyForcibly().waitFor()).isEqualTo(137);
    }
}
