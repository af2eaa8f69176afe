package io.rebalancer.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose log has failed ends its process with an exit code that a supervisor takes for a failure. */
@Tag("slow")
class JournalFailedTest {
    /** Enough for the header of a segment, but not for the zeros that the first write adds to it. */
    private static final int MAX_FILE_KIB = 32;

    @TempDir
    private Path work;

    @Test
    void theProcessEndsWithTheExitCodeOfAFailedLog() throws Exception {
        Path settings = Files.writeString(work.resolve("node.conf"), "");
        // The kernel rejects writes beyond the limit, as a full or failing disk does.
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -f " + MAX_FILE_KIB + " && exec \"$@\"",
                        "bash",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeWithFailingLog.class.getName(),
                        "--config",
                        settings.toString(),
                        "--directory",
                        work.resolve("data").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(JournalFailed.EXIT_CODE);
        assertThat(output).contains("stopping this node").contains("File too large");
    }

    @Test
    void usersSetTheTimesOfADiskOperation() throws Exception {
        var root = ConfigFactory.parseString("rebalancer.log.force-deadline = 7m")
                .withFallback(ConfigFactory.load())
                .resolve();
        var log = new EmbeddedJournal(work.resolve("data")).applyTo(root).getConfig("rebalancer.log");
        assertThat(log.getDuration("force-deadline")).hasMinutes(7);
        assertThat(log.getDuration("force-throttle-after")).hasSeconds(5);
        assertThat(log.getDuration("journal.circuit-breaker.call-timeout"))
                .isGreaterThan(log.getDuration("force-deadline"));
    }
}
