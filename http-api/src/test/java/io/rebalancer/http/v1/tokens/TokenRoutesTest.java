package io.rebalancer.http.v1.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.TokenSecret;
import io.rebalancer.testsupport.HttpCalls;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens are issued, listed and revoked over HTTP, and their secret is shown once. */
class TokenRoutesTest {
    private static final String TOKENS = "/api/v1/tokens";

    private final HttpCalls calls;

    TokenRoutesTest() throws Exception {
        ApiServer.TOKENS.reset();
        ApiServer.AUDIT.reset();
        ApiServer.startWithLogin(
                new LegacySettings(0, false), settings -> new HttpSettings(settings.host(), settings.port()));
        calls = ApiServer.calls();
    }

    @BeforeEach
    void bootstrap() throws Exception {
        assertThat(calls.post(TOKENS + "/bootstrap", "").statusCode()).isEqualTo(201);
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
    }

    private static JsonNode json(HttpResponse<String> response) throws Exception {
        return Json.read(response.body());
    }

    @Test
    void theSecretIsInTheAnswerThatIssuesItAndNowhereElse() throws Exception {
        HttpResponse<String> issued = calls.post(TOKENS, "{\"name\":\"ci\",\"role\":\"operator\",\"expiresInDays\":7}");
        assertThat(issued.statusCode()).isEqualTo(201);
        assertThat(issued.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode token = json(issued);
        String secret = token.path("secret").asText();
        assertThat(token.path("status").asText()).isEqualTo("active");
        assertThat(token.path("expiresAt").asText()).isEqualTo("2026-12-04T10:00:00Z");
        HttpResponse<String> list = calls.get(TOKENS);
        assertThat(list.body()).doesNotContain(secret, TokenSecret.hash(secret));
        assertThat(json(list).path("tokens").findValuesAsText("name")).containsExactly("admin", "ci");
        assertThat(ApiServer.AUDIT.log().toString())
                .contains("token.issue")
                .doesNotContain(secret, TokenSecret.hash(secret));
        assertThat(calls.get("/api/v1/jobs", "Authorization", "Bearer " + secret)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aRevokedTokenIsListedAndRefused() throws Exception {
        String secret = json(calls.post(TOKENS, "{\"name\":\"ci\",\"role\":\"viewer\"}"))
                .path("secret")
                .asText();
        UUID id = ApiServer.TOKENS.id("ci");
        for (int times = 0; times < 2; times++) {
            HttpResponse<String> revoked = calls.delete(TOKENS + "/" + id);
            assertThat(revoked.statusCode()).isEqualTo(200);
            assertThat(json(revoked).path("status").asText()).isEqualTo("revoked");
        }
        assertThat(calls.get("/api/v1/jobs", "Authorization", "Bearer " + secret)
                        .statusCode())
                .isEqualTo(401);
        assertThat(json(calls.get(TOKENS)).path("tokens").get(1).has("revokedAt"))
                .isTrue();
    }

    @Test
    void thereIsOneFirstAdministrator() throws Exception {
        HttpResponse<String> second = calls.post(TOKENS + "/bootstrap", "");
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.body()).contains("ADMIN_EXISTS");
    }

    @Test
    void aNameIsUsedOnce() throws Exception {
        assertThat(calls.post(TOKENS, "{\"name\":\"admin\",\"role\":\"viewer\"}")
                        .body())
                .contains("TOKEN_NAME_IN_USE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"name\":\"ci\"}",
                "{\"name\":\"ci\",\"role\":\"root\"}",
                "{\"name\":\"a b\",\"role\":\"viewer\"}",
                "{\"name\":\"\",\"role\":\"viewer\"}",
                "{\"name\":\"token-file\",\"role\":\"viewer\"}",
                "{\"name\":7,\"role\":\"viewer\"}",
                "{\"name\":\"ci\",\"role\":\"viewer\",\"expiresInDays\":0}",
                "{\"name\":\"ci\",\"role\":\"viewer\",\"expiresInDays\":3651}",
                "{\"name\":\"ci\",\"role\":\"viewer\",\"expiresInDays\":\"7\"}",
                "{\"name\":\"ci\",\"role\":\"viewer\",\"expires\":7}"
            })
    void aMalformedOrderIssuesNothing(String body) throws Exception {
        assertThat(calls.post(TOKENS, body).statusCode()).isEqualTo(400);
        assertThat(ApiServer.TOKENS.all()).hasSize(1);
    }

    @Test
    void anUnknownTokenIsNotFound() throws Exception {
        for (String id : new String[] {UUID.randomUUID().toString(), "none"}) {
            HttpResponse<String> response = calls.delete(TOKENS + "/" + id);
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.body()).contains("TOKEN_NOT_FOUND");
        }
    }
}
