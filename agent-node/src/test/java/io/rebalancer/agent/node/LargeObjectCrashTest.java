package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.testsupport.Nginx;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills an agent in the middle of a large object whose length the order does not state: only the rest is fetched. {@code
 * make test-large-object} runs it with 4 GiB.
 */
@Tag("slow")
@Tag("external")
@EnabledIfSystemProperty(
        named = "large.object.mib",
        matches = "[0-9]+",
        disabledReason = "run by make test-large-object")
class LargeObjectCrashTest {
    private static final long MIB = 1 << 20;
    private static final long BYTES = Long.getLong("large.object.mib", 384) * MIB;

    @TempDir
    private Path work;

    @Test
    void theRestIsFetchedAfterAKill() throws Exception {
        UUID owner = UUID.randomUUID();
        UUID object = UUID.randomUUID();
        UUID assignment = UUID.randomUUID();
        Path served = work.resolve("served");
        Path file = Files.createDirectories(served.resolve(owner.toString())).resolve(object.toString());
        String md5 = create(file);
        try (Nginx nginx = Nginx.serve(served, work.resolve("nginx"));
                AgentProcess agent =
                        new AgentProcess(work, work.resolve("data"), nginx, "bytes-per-second = 60000000", "")) {
            agent.postWhenReady(assignment, List.of(agent.task(object, owner, md5)));
            await().atMost(AgentProcess.TIMEOUT).until(() -> partBytes(agent) > BYTES / 2);
            agent.killAndRestart();
            await().atMost(AgentProcess.TIMEOUT.plusSeconds(BYTES / (20 * MIB)))
                    .until(() -> agent.complete(assignment) == 1);
            assertThat(agent.failed(assignment)).isZero();
            Path copy = agent.root().resolve(owner.toString()).resolve(object.toString());
            assertThat(digest(copy)).isEqualTo(md5);
            List<String> requests = nginx.requestsOf("/" + owner + "/" + object);
            assertThat(requests).hasSize(2);
            assertThat(requests.get(1)).contains("\" 206 ");
            long sentAgain = Long.parseLong(requests.get(1).replaceFirst(".*\" 206 (\\d+) .*", "$1"));
            assertThat(sentAgain).as("bytes that were sent after the kill").isLessThan(BYTES / 2 + 128 * MIB);
        }
    }

    /** A sparse file with few bytes that are not zero, so that it costs no space. */
    private static String create(Path file) throws Exception {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(BYTES);
            for (long at = 0; at < BYTES; at += 16 * MIB) {
                sparse.seek(at);
                sparse.writeLong(at + 1);
            }
        }
        return digest(file);
    }

    private static String digest(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        byte[] buffer = new byte[(int) MIB];
        try (var in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    private static long partBytes(AgentProcess agent) throws IOException {
        Path incoming = agent.root().resolve(".rebalancer/incoming");
        try (Stream<Path> files = Files.walk(incoming)) {
            return files.filter(each -> each.toString().endsWith(".part"))
                    .mapToLong(each -> each.toFile().length())
                    .sum();
        }
    }
}
