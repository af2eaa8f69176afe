package io.rebalancer.manager.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.settings.AccessTokens;
import io.rebalancer.cluster.settings.HttpAgentSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a peer whose answers the test chooses, to produce failures that a healthy agent does not have. */
@Tag("slow")
class HttpAgentGatewayTest {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.d");
    private static final FencingToken TOKEN = new FencingToken(new UUID(0, 7), 1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Assignment assignment = assignment();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final HttpServer peer;
    private final ActorTestKit kit = ActorTestKit.create(
            "gateway",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(ConfigFactory.defaultReference())
                    .resolve());
    private final TestProbe<JobMessage> job = kit.createTestProbe();
    private final HttpAgentGateway gateway;

    private volatile int postStatus = 200;
    private volatile int getStatus = 200;
    private volatile String state = "\"Running\"";
    private volatile boolean hangUp;

    HttpAgentGatewayTest() throws IOException {
        peer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway = new HttpAgentGateway(
                kit.system(),
                new HttpAgentSettings(
                        Map.of(
                                NODE,
                                URI.create(
                                        "http://127.0.0.1:" + peer.getAddress().getPort())),
                        Optional.empty()));
    }

    @BeforeEach
    void start() {
        peer.createContext("/assignments", exchange -> {
            requests.add(exchange.getRequestMethod());
            authorizations.add(
                    Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Authorization"), "none"));
            paths.add(exchange.getRequestURI().getPath());
            exchange.getRequestBody().readAllBytes();
            if (hangUp) {
                exchange.close();
                return;
            }
            boolean post = exchange.getRequestMethod().equals("POST");
            byte[] body = ("{\"stats\":{\"state\":" + state + "}}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(post ? postStatus : getStatus, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        peer.start();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
        peer.stop(0);
    }

    private static Assignment assignment() {
        return new Assignment(
                UUID.randomUUID(),
                new CopyLocation("dc1", NODE),
                List.of(new CopyTask(
                        new RecordRef(1, "/o/stor/x"),
                        new UUID(0, 1),
                        new UUID(0, 2),
                        5,
                        new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                        List.of(new StorageNodeId("2.stor.d")))));
    }

    private void assign() {
        gateway.assign(TOKEN, assignment, job.getRef());
    }

    private long count(String method) {
        return requests.stream().filter(method::equals).count();
    }

    @Test
    void anAssignmentIsPostedOnceAndPolledUntilItIsComplete() {
        assign();
        job.expectMessage(TIMEOUT, new JobMessage.AssignmentAccepted(assignment.id(), 0));
        assign();
        await().until(() -> count("GET") >= 2);
        state = "{\"Complete\":null}";
        job.expectMessage(TIMEOUT, new JobMessage.CopiesReported(assignment.id(), NODE, List.of()));
        assertThat(count("POST")).isEqualTo(1);
        // The report is repeated when the job delivers the assignment again.
        assign();
        job.expectMessage(TIMEOUT, new JobMessage.CopiesReported(assignment.id(), NODE, List.of()));
        gateway.release(TOKEN, new PendingRelease(assignment.id(), NODE, List.of()), job.getRef());
        job.expectMessage(TIMEOUT, new JobMessage.ReleaseAcknowledged(assignment.id()));
        assertThat(count("DELETE")).isEqualTo(1);
    }

    @Test
    void aConflictMeansThatTheAgentHasTheAssignment() {
        postStatus = 409;
        assign();
        job.expectMessage(TIMEOUT, new JobMessage.AssignmentAccepted(assignment.id(), 0));
    }

    @Test
    void aBusyAgentIsDistinguishedFromARejection() {
        postStatus = 503;
        assign();
        assertThat(job.expectMessageClass(JobMessage.AssignmentRefused.class, TIMEOUT)
                        .reason())
                .isEqualTo(Reason.AGENT_BUSY);
        postStatus = 400;
        assign();
        assertThat(job.expectMessageClass(JobMessage.AssignmentRefused.class, TIMEOUT)
                        .reason())
                .isEqualTo(Reason.ASSIGNMENT_REJECTED);
    }

    @Test
    void failedPollsAreRetried() {
        assign();
        job.expectMessage(TIMEOUT, new JobMessage.AssignmentAccepted(assignment.id(), 0));
        hangUp = true;
        long before = count("GET");
        await().until(() -> count("GET") >= before + 2);
        hangUp = false;
        state = "{\"Complete\":null}";
        job.expectMessage(TIMEOUT, new JobMessage.CopiesReported(assignment.id(), NODE, List.of()));
    }

    @Test
    void anAssignmentThatTheAgentLostIsPostedAgain() {
        assign();
        job.expectMessage(TIMEOUT, new JobMessage.AssignmentAccepted(assignment.id(), 0));
        getStatus = 404;
        await().until(() -> {
            assign();
            return count("POST") >= 2;
        });
    }

    @Test
    void unreadableAnswersEndInARefusal() {
        assign();
        job.expectMessage(TIMEOUT, new JobMessage.AssignmentAccepted(assignment.id(), 0));
        state = "7";
        assertThat(job.expectMessageClass(JobMessage.AssignmentRefused.class, TIMEOUT)
                        .reason())
                .isEqualTo(Reason.ASSIGNMENT_REJECTED);
    }

    @Test
    void theTokenOfTheTokenFileIsSent(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), "0123456789abcdef\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        HttpAgentSettings settings = new HttpAgentSettings(
                Map.of(NODE, URI.create("http://127.0.0.1:" + peer.getAddress().getPort())),
                AccessTokens.from(ConfigFactory.parseString("file = \"" + file + "\""), "file"));
        LegacyAgentCalls calls = new LegacyAgentCalls(kit.system(), settings);
        assertThat(calls.post(assignment).toCompletableFuture().join().status()).isEqualTo(200);
        assertThat(authorizations).containsExactly("Bearer 0123456789abcdef");
        assertThat(calls.isReachable(NODE)).isTrue();
    }

    /** A wrong token is a fault of the settings: the objects must not get other destinations at once because of it. */
    @Test
    void anAgentThatRefusesAccessIsUnreachable() {
        HttpAgentSettings settings = new HttpAgentSettings(
                Map.of(NODE, URI.create("http://127.0.0.1:" + peer.getAddress().getPort())), Optional.empty());
        LegacyAgentCalls calls = new LegacyAgentCalls(kit.system(), settings);
        for (int status : new int[] {401, 421}) {
            postStatus = 200;
            calls.post(assignment).toCompletableFuture().join();
            assertThat(calls.isReachable(NODE)).isTrue();
            postStatus = status;
            assertThatThrownBy(
                            () -> calls.post(assignment).toCompletableFuture().join())
                    .hasCauseInstanceOf(LegacyAgentCalls.AgentRefusedAccess.class)
                    .hasMessageContaining(status == 401 ? "http-agent-token-file" : "allowed-hosts");
            assertThat(calls.isReachable(NODE)).isFalse();
        }
        assertThat(authorizations).containsOnly("none");
        assign();
        await().atMost(TIMEOUT).until(() -> count("POST") >= 5);
        postStatus = 200;
        // An order during a call has no effect, so it is repeated, as a job does.
        await().atMost(TIMEOUT).untilAsserted(() -> {
            assign();
            job.expectMessage(Duration.ofMillis(500), new JobMessage.AssignmentAccepted(assignment.id(), 0));
        });
    }

    private long polls(Assignment of) {
        return paths.stream().filter(path -> path.endsWith(of.id().toString())).count();
    }

    @Test
    void aForgottenAssignmentIsNotPolled() {
        assign();
        job.expectMessage(TIMEOUT, new JobMessage.AssignmentAccepted(assignment.id(), 0));
        await().until(() -> polls(assignment) >= 1);
        gateway.forget(assignment.id());
        // The polls of another assignment show that time has passed.
        Assignment other = assignment();
        gateway.assign(TOKEN, other, job.getRef());
        await().until(() -> polls(other) >= 2);
        long before = polls(assignment);
        await().until(() -> polls(other) >= 5);
        assertThat(polls(assignment)).isEqualTo(before);
        job.expectMessage(TIMEOUT, new JobMessage.AssignmentAccepted(other.id(), 0));
        job.expectNoMessage(Duration.ZERO);
    }

    @Test
    void anAgentIsReachableOnceItHasAnswered() {
        assertThat(gateway.isReachable(NODE)).isFalse();
        await().until(() -> gateway.isReachable(NODE));
        assertThat(gateway.isReachable(new StorageNodeId("unknown.invalid"))).isFalse();
    }
}
