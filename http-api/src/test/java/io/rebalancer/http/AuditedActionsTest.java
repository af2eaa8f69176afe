package io.rebalancer.http;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.ENDED;
import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.RUNNING;
import static io.rebalancer.http.ApiServer.get;
import static io.rebalancer.http.ApiServer.order;
import static io.rebalancer.http.ApiServer.post;
import static io.rebalancer.http.ApiServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problems;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each action of an operator is recorded before and after it is carried out, over both APIs. */
@Tag("slow")
class AuditedActionsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String NODE = "/api/v1/storage-nodes/1.stor.d";
    private static final String MEMBER = "/api/v1/cluster/members/127.0.0.1:2551";

    @BeforeEach
    void start() throws Exception {
        AUDIT.reset();
        ApiServer.start();
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
        AUDIT.reset();
    }

    /**
     * A request that is an action.
     *
     * @param entries what the log then has
     */
    private record Sent(String method, String path, String body, int status, String... entries) {
        HttpResponse<String> send() throws Exception {
            return method.equals("GET") ? get(path) : ApiServer.send(method, path, body);
        }

        @Override
        public String toString() {
            return method + " " + path + " " + status;
        }
    }

    private static Sent accepted(String method, String path, String body, int status, String action, String results) {
        return new Sent(method, path, body, status, action + " requested 0", withoutParameters(action) + results);
    }

    /** {@code {result}} of an action without results. */
    private static final String ACCEPTED = " {} accepted 1";

    private static String withoutParameters(String action) {
        return action.substring(0, action.indexOf(" {"));
    }

    private static Sent refused(String method, String path, String body, int status, String action, String code) {
        return new Sent(
                method,
                path,
                body,
                status,
                action + " requested 0",
                withoutParameters(action) + " {} refused: " + code + " 1");
    }

    static Stream<Sent> actions() {
        UUID created = new UUID(NEW.getMostSignificantBits(), 7);
        UUID createdByLegacy = new UUID(NEW.getMostSignificantBits(), 0);
        return Stream.of(
                accepted(
                        "POST",
                        "/api/v1/jobs",
                        "{\"leavingNode\":\"1.stor.d\",\"maxObjects\":7}",
                        201,
                        "job.create 1.stor.d {maxObjects=7}",
                        " {job=" + created + "} accepted 1"),
                refused(
                        "POST",
                        "/api/v1/jobs",
                        "{\"leavingNode\":\"leaving\"}",
                        409,
                        "job.create leaving {maxObjects=0}",
                        "NODE_ALREADY_LEAVING"),
                accepted(
                        "POST",
                        "/api/v1/jobs/" + ENDED + "/retry",
                        "",
                        201,
                        "job.retry " + ENDED + " {}",
                        " {job=" + NEW + "} accepted 1"),
                accepted(
                        "POST",
                        "/api/v1/jobs/" + RUNNING + "/pause",
                        "",
                        202,
                        "job.pause " + RUNNING + " {}",
                        ACCEPTED),
                accepted(
                        "POST",
                        "/api/v1/jobs/" + RUNNING + "/resume",
                        "",
                        200,
                        "job.resume " + RUNNING + " {}",
                        ACCEPTED),
                accepted(
                        "POST",
                        "/api/v1/jobs/" + RUNNING + "/cancel",
                        "",
                        202,
                        "job.cancel " + RUNNING + " {}",
                        ACCEPTED),
                refused(
                        "POST",
                        "/api/v1/jobs/" + NEW + "/cancel",
                        "",
                        404,
                        "job.cancel " + NEW + " {}",
                        "JOB_NOT_FOUND"),
                accepted(
                        "PATCH",
                        "/api/v1/jobs/" + RUNNING + "/tuning",
                        "{\"commitParallelism\":30}",
                        200,
                        "job.tune " + RUNNING + " {commitParallelism=30}",
                        ACCEPTED),
                accepted(
                        "POST",
                        "/api/v1/plans",
                        "{\"storageNode\":\"1.stor.d\"}",
                        202,
                        "plan.create 1.stor.d {maxObjects=0}",
                        " {plan=" + PlansInMemory.PLAN + "} accepted 1"),
                accepted(
                        "DELETE",
                        "/api/v1/plans/" + PlansInMemory.PLAN,
                        "",
                        204,
                        "plan.delete " + PlansInMemory.PLAN + " {}",
                        ACCEPTED),
                refused("DELETE", "/api/v1/plans/" + NEW, "", 404, "plan.delete " + NEW + " {}", "PLAN_NOT_FOUND"),
                accepted(
                        "POST",
                        "/api/v1/jobs",
                        "{\"leavingNode\":\"1.stor.d\",\"maxObjects\":7,\"plan\":\"" + PlansInMemory.PLAN + "\"}",
                        201,
                        "job.create 1.stor.d {maxObjects=7, plan=" + PlansInMemory.PLAN + "}",
                        " {job=" + created + "} accepted 1"),
                accepted("POST", NODE + "/recommission", "", 200, "node.recommission 1.stor.d {}", ACCEPTED),
                accepted("POST", NODE + "/remove", "", 200, "node.remove 1.stor.d {}", ACCEPTED),
                accepted("GET", NODE + "/certificate", "", 200, "certificate.issue 1.stor.d {}", ACCEPTED),
                accepted("POST", MEMBER + "/leave", "", 202, "member.leave 127.0.0.1:2551 {}", ACCEPTED),
                accepted("POST", MEMBER + "/down", "", 202, "member.down 127.0.0.1:2551 {}", ACCEPTED),
                refused("POST", MEMBER + "0/down", "", 404, "member.down 127.0.0.1:25510 {}", "MEMBER_NOT_FOUND"),
                accepted(
                        "POST",
                        "/jobs",
                        order("1.stor.d"),
                        200,
                        "job.create 1.stor.d {maxObjects=0}",
                        " {job=" + createdByLegacy + "} accepted 1"),
                refused(
                        "POST",
                        "/jobs",
                        order("unknown"),
                        400,
                        "job.create unknown {maxObjects=0}",
                        "UNKNOWN_STORAGE_NODE"),
                accepted(
                        "POST",
                        "/jobs/" + ENDED + "/retry",
                        "",
                        200,
                        "job.retry " + ENDED + " {}",
                        " {job=" + NEW + "} accepted 1"),
                accepted(
                        "PUT",
                        "/jobs/" + RUNNING,
                        "{\"action\":\"set_metadata_threads\",\"params\":30}",
                        200,
                        "job.tune " + RUNNING + " {commitParallelism=30}",
                        ACCEPTED));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void anActionHasAnOrderAndAnOutcome(Sent sent) throws Exception {
        assertThat(sent.send().statusCode()).isEqualTo(sent.status());
        assertThat(AUDIT.facts()).containsExactly(sent.entries());
        assertThat(AUDIT.log()).extracting(entry -> entry.fact().who().source()).containsOnly("http 127.0.0.1");
    }

    /** The actions on members may be what lets the audit log work again. */
    @ParameterizedTest
    @MethodSource("actions")
    void nothingHappensIfTheOrderCanNotBeRecorded(Sent sent) throws Exception {
        ApiServer.performed.set(0);
        AUDIT.refuse(fact -> true);
        HttpResponse<String> response = sent.send();
        if (sent.path().startsWith(MEMBER)) {
            assertThat(response.statusCode()).isEqualTo(sent.status());
            return;
        }
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("is not carried out", "the journal is full");
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        if (sent.path().startsWith("/api")) {
            assertThat(Json.read(response.body()).path("code").asText()).isEqualTo("AUDIT_UNAVAILABLE");
        }
        assertThat(ApiServer.performed.get()).isZero();
        assertThat(AUDIT.log()).isEmpty();
    }

    @Test
    void aMemberLeavesAlsoIfTheOrderCanNotBeRecordedAndTheOutcomeNamesNoOrder() throws Exception {
        AUDIT.refuse(fact -> fact.result().equals("requested"));
        assertThat(post(MEMBER + "/down", "").statusCode()).isEqualTo(202);
        assertThat(AUDIT.facts()).containsExactly("member.down 127.0.0.1:2551 {} accepted 0");
    }

    @Test
    void theAnswerIsSentIfTheOutcomeCanNotBeRecorded() throws Exception {
        AUDIT.refuse(fact -> !fact.result().equals("requested"));
        assertThat(post("/api/v1/jobs/" + RUNNING + "/cancel", "").statusCode()).isEqualTo(202);
        assertThat(post("/api/v1/jobs/" + NEW + "/cancel", "").statusCode()).isEqualTo(404);
        assertThat(AUDIT.facts())
                .containsExactly("job.cancel " + RUNNING + " {} requested 0", "job.cancel " + NEW + " {} requested 0");
        await().atMost(TIMEOUT).until(() -> AUDIT.refusedAppends() == 40);
    }

    @Test
    void anOutcomeThatIsRefusedOnceIsStoredBySecondAttempt() throws Exception {
        AUDIT.refuse(fact -> !fact.result().equals("requested") && AUDIT.refusedAppends() == 0);
        assertThat(post("/api/v1/jobs/" + RUNNING + "/cancel", "").statusCode()).isEqualTo(202);
        assertThat(AUDIT.refusedAppends()).isEqualTo(1);
        assertThat(AUDIT.facts())
                .containsExactly(
                        "job.cancel " + RUNNING + " {} requested 0", "job.cancel " + RUNNING + " {} accepted 1");
    }

    @Test
    void aFailureIsRecordedWithItsReason() throws Exception {
        assertThat(post("/jobs", order("down")).statusCode()).isEqualTo(503);
        assertThat(AUDIT.facts())
                .containsExactly(
                        "job.create down {maxObjects=0} requested 0",
                        "job.create down {} failed: shard 1 at 127.0.0.1:1: refused 1");
    }

    /** Each client can choose the headers of proxies. */
    @Test
    void theSenderIsTheAddressOfTheConnection() throws Exception {
        ApiServer.calls()
                .send(
                        "POST",
                        "/api/v1/jobs/" + RUNNING + "/cancel",
                        "",
                        "X-Forwarded-For",
                        "203.0.113.7",
                        "X-Real-Ip",
                        "203.0.113.7");
        assertThat(AUDIT.log())
                .hasSize(2)
                .extracting(entry -> entry.fact().who().source())
                .containsOnly("http 127.0.0.1");
    }

    @Test
    void whatIsRejectedAsMalformedOrOnlyReadIsNoAction() throws Exception {
        assertThat(post("/api/v1/jobs", "{}").statusCode()).isEqualTo(400);
        assertThat(post("/api/v1/jobs/x/cancel", "").statusCode()).isEqualTo(400);
        assertThat(send("PUT", "/jobs/" + RUNNING, "{}").statusCode()).isEqualTo(422);
        for (String path : List.of("/jobs", "/api/v1/jobs", "/api/v1/storage-nodes", "/api/v1/cluster")) {
            assertThat(get(path).statusCode()).isEqualTo(200);
        }
        assertThat(AUDIT.log()).isEmpty();
    }

    /** A new route that changes something and is not recorded fails its tests, because it gets status 500. */
    @Test
    void aChangingRouteThatIsNotAuditedIsFound() throws Exception {
        ApiServer.stop();
        Route unaudited = Directives.concat(
                Directives.path("failed", () -> Directives.complete(StatusCodes.CONFLICT)),
                Directives.complete(StatusCodes.OK));
        ApiServer.serve("bare-route", new AuditedActions(AUDIT).guard(unaudited));
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
            HttpResponse<String> response = send(method, "/new", "");
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).contains("ACTION_NOT_RECORDED");
            assertThat(send(method, "/failed", "").statusCode()).isEqualTo(409);
        }
        assertThat(get("/new").statusCode()).isEqualTo(200);
    }

    @Test
    void furtherActionsAreRefusedWhileTooManyAreCarriedOut() throws Exception {
        ApiServer.stop();
        CompletableFuture<String> ended = new CompletableFuture<>();
        AuditedActions audit = new AuditedActions(AUDIT);
        ApiServer.serve(
                "bare-route",
                audit.as(operator -> Problems.complete(operator.perform(Action.on("job.cancel", "x"), () -> ended)
                        .thenApply(done -> Json.response(StatusCodes.OK, done)))));
        List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            running.add(CompletableFuture.supplyAsync(AuditedActionsTest::cancel, task -> new Thread(task).start()));
        }
        await().atMost(TIMEOUT).until(() -> AUDIT.log().size() == 200);
        HttpResponse<String> refused = cancel();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("200 actions at a time");
        ended.complete("done");
        for (CompletableFuture<HttpResponse<String>> each : running) {
            assertThat(each.get().statusCode()).isEqualTo(200);
        }
        await().atMost(TIMEOUT).until(() -> cancel().statusCode() == 200);
        assertThat(AUDIT.log()).extracting(AuditEntry::number).hasSize(402);
    }

    private static HttpResponse<String> cancel() {
        try {
            return post("/cancel", "");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
