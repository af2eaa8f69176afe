package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.store.TemporaryFiles;
import io.rebalancer.testsupport.Nginx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills an agent's process repeatedly while it copies: no task is lost, and no finished task is repeated. */
@Tag("slow")
@Tag("external")
class AgentCrashTest {
    private static final int OBJECTS = 600;
    private static final int PARALLEL = 8;
    private static final int KILLS = 3;

    @TempDir
    private Path work;

    @Test
    void killsLoseNoTaskAndRepeatNoFinishedTask() throws Exception {
        Path served = Files.createDirectories(work.resolve("served"));
        UUID owner = UUID.randomUUID();
        UUID assignment = UUID.randomUUID();
        // Slow enough to be killed during the copies.
        String limits = "bytes-per-second = 1000000, parallel-fetches = " + PARALLEL;
        try (Nginx nginx = Nginx.serve(served, work.resolve("nginx"));
                AgentProcess agent = new AgentProcess(work, work.resolve("data"), nginx, limits, "")) {
            List<String> tasks = new ArrayList<>();
            List<UUID> objects = new ArrayList<>();
            for (int i = 0; i < OBJECTS; i++) {
                UUID id = UUID.randomUUID();
                byte[] bytes = new byte[15_000];
                new Random(i).nextBytes(bytes);
                Files.write(
                        Files.createDirectories(served.resolve(owner.toString()))
                                .resolve(id.toString()),
                        bytes);
                String md5 = Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
                tasks.add(agent.task(id, owner, md5));
                objects.add(id);
            }
            agent.postWhenReady(assignment, tasks);
            for (int kill = 1; kill <= KILLS; kill++) {
                int completeTasks = kill * OBJECTS / (KILLS + 2);
                await().atMost(AgentProcess.TIMEOUT).until(() -> agent.complete(assignment) >= completeTasks);
                assertThat(agent.complete(assignment)).isLessThan(OBJECTS);
                agent.killAndRestart();
            }
            await().atMost(AgentProcess.TIMEOUT).until(() -> agent.complete(assignment) == OBJECTS);
            assertThat(agent.failed(assignment)).isZero();
            agent.kill();
            Path root = agent.root();
            long fetches = 0;
            for (UUID id : objects) {
                assertThat(root.resolve(owner.toString()).resolve(id.toString()))
                        .hasSameBinaryContentAs(served.resolve(owner.toString()).resolve(id.toString()));
                fetches += nginx.fetches("/" + owner + "/" + id);
            }
            assertThat(fetches).isBetween((long) OBJECTS, (long) OBJECTS + KILLS * (PARALLEL + 64));
            assertThat(TemporaryFiles.of(root)).isEmpty();
        }
    }
}
