package io.rebalancer.http.v1.session;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.SESSIONS;
import static io.rebalancer.http.ApiServer.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.TokensInMemory;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.TokenSecret;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An administrator sees the sessions of all users and ends one of them. */
class UserSessionRoutesTest {
    private static final String SESSION = "/api/v1/session";
    private static final String SESSIONS_PATH = "/api/v1/sessions";
    private static final Instant LATER = TokensInMemory.START.plus(Duration.ofDays(1));

    private String admin = "";
    private String adminToken = "";
    private String operator = "";
    private String operatorToken = "";

    @BeforeEach
    void start() throws Exception {
        AUDIT.reset();
        TOKENS.reset();
        SESSIONS.reset();
        ApiServer.startWithLogin(new LegacySettings(0, false), settings -> settings);
        adminToken = TOKENS.issue("alice", Role.ADMIN, LATER);
        operatorToken = TOKENS.issue("oscar", Role.OPERATOR, LATER);
        admin = login(adminToken);
        operator = login(operatorToken);
        AUDIT.reset();
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
        AUDIT.reset();
        TOKENS.reset();
        SESSIONS.reset();
    }

    private static HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        return ApiServer.calls().send(method, path, "", headers);
    }

    private static String login(String token) throws Exception {
        HttpResponse<String> login = send("POST", SESSION, "Authorization", "Bearer " + token);
        assertThat(login.statusCode()).as(login.body()).isEqualTo(201);
        return login.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
    }

    private JsonNode sessions() throws Exception {
        return Json.read(send("GET", SESSIONS_PATH, "Cookie", admin).body()).path("sessions");
    }

    private HttpResponse<String> end(String id) throws Exception {
        return send("DELETE", SESSIONS_PATH + "/" + id, "Authorization", "Bearer " + adminToken);
    }

    @Test
    void allSessionsAreListedWithoutTheirSecrets() throws Exception {
        JsonNode list = sessions();
        assertThat(list).hasSize(2);
        JsonNode own = list.path(0);
        assertThat(own.path("user").asText()).isEqualTo("alice");
        assertThat(own.path("role").asText()).isEqualTo("admin");
        assertThat(own.path("current").asBoolean()).isTrue();
        assertThat(own.path("lastUsedAt").asText()).isEqualTo(TokensInMemory.START.toString());
        assertThat(list.path(1).path("user").asText()).isEqualTo("oscar");
        assertThat(list.path(1).path("current").asBoolean(true)).isFalse();
        String secret = operator.replaceAll(".*=", "");
        assertThat(list.toString()).doesNotContain(secret, TokenSecret.hash(secret));
        // The id is no secret: it is not accepted as one.
        assertThat(send(
                                "GET",
                                SESSION,
                                "Cookie",
                                "__Host-rebalancer=" + own.path("id").asText())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void anEndedSessionIsRefusedAndTheOthersStay() throws Exception {
        String id = sessions().path(1).path("id").asText();
        assertThat(send("GET", SESSION, "Cookie", operator).statusCode()).isEqualTo(200);
        HttpResponse<String> ended = end(id);
        assertThat(ended.statusCode()).as(ended.body()).isEqualTo(200);
        assertThat(Json.read(ended.body()).path("user").asText()).isEqualTo("oscar");
        assertThat(send("GET", SESSION, "Cookie", operator).statusCode()).isEqualTo(401);
        assertThat(sessions()).hasSize(1);
        assertThat(AUDIT.facts()).anyMatch(fact -> fact.contains("session.end oscar {session=" + id + "} requested"));
        assertThat(end(id).body()).contains("SESSION_NOT_FOUND");
    }

    @Test
    void whatIsNoSessionIsRefused() throws Exception {
        assertThat(end(new UUID(0, 1).toString()).statusCode()).isEqualTo(404);
        assertThat(end("none").body()).contains("SESSION_NOT_FOUND");
        assertThat(send("DELETE", SESSIONS_PATH + "/" + new UUID(0, 1), "Authorization", "Bearer " + operatorToken)
                        .body())
                .contains("ROLE_REQUIRED");
    }

    @Test
    void aSessionEndsWithItsToken() throws Exception {
        String id = sessions().path(1).path("id").asText();
        TOKENS.revoke(TOKENS.id("oscar"), "test").toCompletableFuture().get();
        assertThat(sessions()).hasSize(1);
        assertThat(end(id).statusCode()).isEqualTo(404);
    }
}
