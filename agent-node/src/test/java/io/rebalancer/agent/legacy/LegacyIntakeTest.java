package io.rebalancer.agent.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent takes over the legacy HTTP API, and how long it keeps it, is bounded. */
@Tag("slow")
class LegacyIntakeTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int MAX_BODY_BYTES = 8 << 20;

    @TempDir
    private Path directory;

    private static List<String> tasks(int count, String prefix) {
        return IntStream.range(0, count)
                .mapToObj(i -> TestAgent.task(prefix + i, "2.stor.d"))
                .toList();
    }

    private static void assertServes(TestAgent agent) throws Exception {
        UUID id = UUID.randomUUID();
        assertThat(agent.post(id, tasks(3, "x")).statusCode()).isEqualTo(200);
        assertThat(agent.stats(id).path("failed").asInt()).isEqualTo(3);
        assertThat(agent.stats(id).path("total").asInt()).isEqualTo(3);
    }

    @Test
    void anAssignmentWithTooManyTasksIsRejectedAndNothingElseChanges() throws Exception {
        try (TestAgent agent = TestAgent.start(directory, "")) {
            List<String> bodies = new ArrayList<>();
            bodies.add(TestAgent.payload(UUID.randomUUID(), validTasks(70_000)));
            List<String> tiny = IntStream.range(0, 250_000)
                    .mapToObj(i -> "[\"" + i + "\",\"\",\"\",[\"\",\"\"]]")
                    .toList();
            bodies.add(TestAgent.payload(UUID.randomUUID(), tiny));
            bodies.add(TestAgent.payload(UUID.randomUUID(), tasks(5_001, "x")));
            for (String body : bodies) {
                assertThat(body.length()).isLessThan(MAX_BODY_BYTES);
                HttpResponse<String> answer = agent.postBody(body);
                assertThat(answer.statusCode()).isEqualTo(400);
                assertThat(answer.body())
                        .contains("the assignment has more than 5000 tasks", "max-tasks-per-assignment")
                        .doesNotContain("\n");
                assertServes(agent);
            }
            await().atMost(DEADLINE)
                    .untilAsserted(() ->
                            assertThat(agent.get("/health/ready").statusCode()).isEqualTo(200));
        }
    }

    /** Short texts, so that as many tasks fit into a body. */
    private static List<String> validTasks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "[\"" + new UUID(0, i) + "\",\"" + new UUID(0, 0) + "\",\"\",[\"\",\"\"]]")
                .toList();
    }

    /** Every text has the largest length, and characters that do not compress well, until the body is full. */
    @Test
    void theLargestAcceptableAssignmentIsStoredAndReported() throws Exception {
        Random random = new Random(1);
        List<String> tasks = new ArrayList<>();
        int bytes = 100;
        while (bytes < MAX_BODY_BYTES - 4_000) {
            String text = random.ints(250, 0x4E00, 0x9FFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            String task = "[\"" + text + tasks.size() + "\",\"" + text + "\",\"" + text + "\",[\"" + text + "\",\"\"]]";
            tasks.add(task);
            bytes += task.getBytes(StandardCharsets.UTF_8).length + 1;
        }
        try (TestAgent agent = TestAgent.start(directory, "")) {
            UUID id = UUID.randomUUID();
            assertThat(agent.post(id, tasks).statusCode()).isEqualTo(200);
            String reported = agent.find(id).body();
            assertThat(agent.stats(id).path("failed").asInt()).isEqualTo(tasks.size());
            UUID many = UUID.randomUUID();
            assertThat(agent.post(many, tasks(5_000, "x")).statusCode()).isEqualTo(200);
            agent.restart();
            assertThat(agent.find(id).body()).isEqualTo(reported);
            assertThat(agent.stats(many).path("failed").asInt()).isEqualTo(5_000);
        }
    }

    @Test
    void aTextThatIsTooLongIsRejectedByName() throws Exception {
        try (TestAgent agent = TestAgent.start(directory, "")) {
            HttpResponse<String> answer =
                    agent.post(UUID.randomUUID(), List.of(TestAgent.task("x".repeat(257), "2.stor.d")));
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("object_id of a task has 257 characters; the limit is 256");
            assertThat(agent.post(UUID.randomUUID(), List.of(TestAgent.task("x".repeat(256), "2.stor.d")))
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<String> half = agent.post(UUID.randomUUID(), List.of(TestAgent.task("\\ud800", "2.stor.d")));
            assertThat(half.statusCode()).isEqualTo(400);
            assertThat(half.body()).isEmpty();
            assertServes(agent);
        }
    }

    @Test
    void anAgentWithTooManyOpenTasksIsBusyUntilSomeEnd() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String source = "127.0.0.1:" + silent.getLocalPort();
            String more = """
                    rebalancer.agent {
                      max-tasks-per-assignment = 5, max-open-tasks = 8, idle-timeout = 2s
                      sources = [{ storage-id = "%s", url = "http://%s" }]
                    }""".formatted(source, source);
            try (TestAgent agent = TestAgent.start(directory, more)) {
                UUID first = UUID.randomUUID();
                assertThat(agent.post(first, stuck(5, source)).statusCode()).isEqualTo(200);
                HttpResponse<String> refused = agent.post(UUID.randomUUID(), stuck(4, source));
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                assertThat(refused.body()).contains("5 open tasks", "at most 8", "rebalancer.agent.max-open-tasks");
                assertThat(agent.post(UUID.randomUUID(), stuck(3, source)).statusCode())
                        .isEqualTo(200);
                assertThat(agent.stats(first).path("total").asInt()).isEqualTo(5);
                await().atMost(DEADLINE)
                        .until(() -> agent.stats(first).path("state").isObject());
                await().atMost(DEADLINE)
                        .until(() ->
                                agent.post(UUID.randomUUID(), stuck(4, source)).statusCode() == 200);
            }
        }
    }

    /** More tasks than all assignments of the cluster may have together. */
    @Test
    void asManyOpenTasksAsTheLimitAllowsAreHeld() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String source = "127.0.0.1:" + silent.getLocalPort();
            String more = "rebalancer.agent.sources = [{ storage-id = \"%s\", url = \"http://%s\" }]"
                    .formatted(source, source);
            try (TestAgent agent = TestAgent.start(directory, more)) {
                for (int i = 0; i < 9; i++) {
                    assertThat(agent.post(UUID.randomUUID(), stuck(5_000, source))
                                    .statusCode())
                            .isEqualTo(200);
                }
                assertServes(agent);
                agent.restart();
                assertServes(agent);
            }
        }
    }

    private static List<String> stuck(int count, String source) {
        return IntStream.range(0, count)
                .mapToObj(i -> TestAgent.task(UUID.randomUUID().toString(), source))
                .toList();
    }

    @Test
    void theOldestEndedAssignmentsExpireAndTheOthersSurviveARestart() throws Exception {
        try (TestAgent agent = TestAgent.start(directory, "rebalancer.agent.legacy.keep-ended = 3")) {
            List<UUID> ids = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ids.add(UUID.randomUUID());
                agent.post(ids.get(i), tasks(2, "x"));
            }
            List<String> kept = answers(agent, ids.subList(2, 5));
            assertThat(kept).allMatch(body -> body.contains("\"failed\":2,\"complete\":2,\"total\":2"));
            agent.restart();
            assertThat(answers(agent, ids.subList(2, 5))).isEqualTo(kept);
            for (UUID expired : ids.subList(0, 2)) {
                assertThat(agent.find(expired).statusCode()).isEqualTo(404);
                assertThat(agent.delete("/assignments/" + expired).statusCode()).isEqualTo(404);
            }
            assertThat(agent.delete("/assignments/" + ids.get(3)).statusCode()).isEqualTo(200);
            assertThat(agent.find(ids.get(3)).statusCode()).isEqualTo(404);
        }
    }

    /** {@link LegacyIntakeRun} is the same with more assignments. */
    @Test
    void aManagerThatNeverDeletesLeavesALimitedNumberOfAssignments() throws Exception {
        int assignments = 500;
        int kept = 100;
        try (TestAgent agent = TestAgent.start(directory, "rebalancer.agent.legacy.keep-ended = " + kept)) {
            new LegacyIntake(agent).sendUntil(assignments);
            await().atMost(DEADLINE).until(() -> found(agent, assignments) == kept);
            agent.restart();
            assertThat(found(agent, assignments)).isEqualTo(kept);
            assertThat(agent.find(LegacyIntake.id(0)).statusCode()).isEqualTo(404);
            assertServes(agent);
        }
    }

    private static long found(TestAgent agent, int assignments) throws Exception {
        long found = 0;
        for (int number = 0; number < assignments; number++) {
            found += agent.find(LegacyIntake.id(number)).statusCode() == 200 ? 1 : 0;
        }
        return found;
    }

    @Test
    void endedAssignmentsExpireByAgeAtTheNextStart() throws Exception {
        try (TestAgent agent = TestAgent.start(directory, "rebalancer.agent.legacy.keep-ended-for = 1ms")) {
            UUID id = UUID.randomUUID();
            agent.post(id, tasks(2, "x"));
            assertThat(agent.find(id).statusCode()).isEqualTo(200);
            agent.restart();
            await().atMost(DEADLINE).until(() -> agent.find(id).statusCode() == 404);
        }
    }

    private static List<String> answers(TestAgent agent, List<UUID> ids) throws Exception {
        List<String> answers = new ArrayList<>();
        for (UUID id : ids) {
            answers.add(agent.find(id).body());
        }
        return answers;
    }

    @Test
    void anAgentWithoutTheActorOfTheLegacyApiIsNotReady() throws Exception {
        try (TestAgent agent = TestAgent.start(directory, "")) {
            await().atMost(DEADLINE).until(() -> agent.get("/health/ready").statusCode() == 200);
            org.apache.pekko.actor.ActorSystem system =
                    Adapter.toClassic(agent.node().system());
            ActorRef actor = system.actorSelection("/system/legacy-assignments")
                    .resolveOne(DEADLINE)
                    .toCompletableFuture()
                    .get();
            system.stop(actor);
            await().atMost(DEADLINE)
                    .untilAsserted(() ->
                            assertThat(agent.get("/health/ready").body()).contains("legacy HTTP API do not answer"));
            assertThat(agent.get("/health/ready").statusCode()).isEqualTo(503);
        }
    }
}
