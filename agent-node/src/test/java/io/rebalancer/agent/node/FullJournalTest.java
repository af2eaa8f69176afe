package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.testsupport.Nginx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of the journal is full in the middle of the copies. They continue, nothing is fetched twice, and what could not
 * be stored is stored when there is space again. {@code make test-full-journal} keeps the disk full for five minutes.
 */
@Tag("slow")
@Tag("external")
@EnabledIfSystemProperty(
        named = "full.journal.seconds",
        matches = "[0-9]+",
        disabledReason = "run by make test-full-journal")
class FullJournalTest {
    private static final Duration FULL = Duration.ofSeconds(Integer.getInteger("full.journal.seconds", 5));
    private static final int OBJECTS = 300;
    private static final int BYTES = 20_000;
    private static final long MIB = 1 << 20;
    private static final String SMALL_LOG = "rebalancer.log { segment-bytes = 1 MiB, max-batch-bytes = 256 KiB,"
            + " max-frame-bytes = 256 KiB, ahead-bytes = 64 KiB, low-water = 8 MiB }";

    @TempDir
    private Path work;

    private Path data;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        data = Files.createDirectories(work.resolve("data"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", data.toString()) == 0;
        assumeThat(mounted).as("this user may mount a file system").isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", "-l", data.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }

    @Test
    void nothingIsFetchedTwiceAndNoOrderIsLost() throws Exception {
        Path served = Files.createDirectories(work.resolve("served"));
        UUID owner = UUID.randomUUID();
        UUID assignment = UUID.randomUUID();
        List<UUID> objects = new ArrayList<>();
        try (Nginx nginx = Nginx.serve(served, work.resolve("nginx"));
                AgentProcess agent = new AgentProcess(
                        work, data, nginx, "bytes-per-second = 600000, parallel-fetches = 8", SMALL_LOG)) {
            List<String> tasks = new ArrayList<>();
            for (int i = 0; i < OBJECTS; i++) {
                UUID object = new UUID(1, i);
                objects.add(object);
                tasks.add(agent.task(object, owner, serve(served, owner, object)));
            }
            agent.postWhenReady(assignment, tasks);
            await().atMost(AgentProcess.TIMEOUT).until(() -> agent.complete(assignment) >= OBJECTS / 10);
            Path ballast = fillDisk();
            // The copies continue to the last one, although their results can't be stored.
            await().atMost(AgentProcess.TIMEOUT)
                    .until(() -> objects.stream().allMatch(object -> Files.exists(file(agent, owner, object))));
            Instant end = Instant.now().plus(FULL);
            await().atMost(FULL.plus(AgentProcess.TIMEOUT))
                    .until(() -> Instant.now().isAfter(end));
            assertThat(agent.complete(assignment)).as("results that are stored").isLessThan(OBJECTS);
            assertThat(agent.post(UUID.randomUUID(), tasks))
                    .as("a new assignment")
                    .isGreaterThanOrEqualTo(500);
            Files.delete(ballast);
            await().atMost(AgentProcess.TIMEOUT).until(() -> agent.complete(assignment) == OBJECTS);
            assertThat(agent.failed(assignment)).isZero();
            for (UUID object : objects) {
                assertThat(nginx.fetches("/" + owner + "/" + object)).isEqualTo(1);
            }
        }
    }

    private static Path file(AgentProcess agent, UUID owner, UUID object) {
        return agent.root().resolve(owner.toString()).resolve(object.toString());
    }

    private static String serve(Path served, UUID owner, UUID object) throws Exception {
        byte[] bytes = new byte[BYTES];
        new Random(object.hashCode()).nextBytes(bytes);
        Files.write(Files.createDirectories(served.resolve(owner.toString())).resolve(object.toString()), bytes);
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
    }

    /** Leaves 2 MiB, less than the log needs to accept events. */
    private Path fillDisk() throws IOException {
        Path ballast = data.resolve("ballast");
        byte[] block = new byte[(int) MIB / 4];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (Files.getFileStore(data).getUsableSpace() > 2 * MIB) {
                out.write(block);
            }
        }
        return ballast;
    }
}
