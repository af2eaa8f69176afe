package io.rebalancer.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.certificate.CertificateCheck.Verdict;
import io.rebalancer.core.certificate.CertificateRefusal;
import io.rebalancer.core.certificate.CertificateRefusal.Code;
import io.rebalancer.core.certificate.CertificateVerifier;
import io.rebalancer.core.certificate.VerificationKey;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The certificate file and the public keys, over a real socket. */
class CertificateRoutesTest {

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @AfterEach
    void certifyAgain() {
        ApiServer.CERTIFICATES.refusal = Optional.empty();
    }

    private static HttpResponse<String> certificate() throws Exception {
        return ApiServer.get("/api/v1/storage-nodes/1.stor.d/certificate");
    }

    @Test
    void theFileAndTheServedKeysAreAllThatVerifyNeeds() throws Exception {
        HttpResponse<String> file = certificate();
        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode keys =
                Json.read(ApiServer.get("/api/v1/certificate-keys").body()).path("keys");
        assertThat(keys).hasSize(2);
        assertThat(keys.path(0).path("current").asBoolean()).isTrue();
        assertThat(keys.path(1).path("current").asBoolean()).isFalse();
        List<VerificationKey> key =
                VerificationKey.parseAll(keys.path(0).path("publicKey").asText());
        assertThat(key.get(0).id()).isEqualTo(keys.path(0).path("keyId").asText());
        assertThat(CertificateVerifier.verify(file.body().getBytes(StandardCharsets.UTF_8), key)
                        .node()
                        .text())
                .isEqualTo("1.stor.d");
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void aRefusalHasItsCodeAndReason(Code code) throws Exception {
        ApiServer.CERTIFICATES.refusal = Optional.of(new CertificateRefusal(code, "nothing proves it"));
        HttpResponse<String> refused = certificate();
        assertThat(refused.statusCode()).isEqualTo(code == Code.SIGNING_KEY_UNUSABLE ? 503 : 409);
        assertThat(refused.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonNode problem = Json.read(refused.body());
        assertThat(problem.path("code").asText()).isEqualTo(code.name());
        assertThat(problem.path("detail").asText()).isEqualTo("nothing proves it");
    }

    @Test
    void aCheckHasItsVerdictAndTheRowsThatItFound() throws Exception {
        String path = "/api/v1/storage-nodes/1.stor.d/certificate/check";
        ApiServer.CERTIFICATES.verdict = Verdict.REFUSED;
        HttpResponse<String> refused = ApiServer.get(path);
        assertThat(refused.statusCode()).isEqualTo(200);
        JsonNode check = Json.read(refused.body());
        assertThat(check.path("verdict").asText()).isEqualTo("refused");
        assertThat(check.path("scope").asText()).isEqualTo("new_rows");
        assertThat(check.path("shards").path(0).path("sample").path(0).asText()).isEqualTo("/o/stor/a");

        ApiServer.CERTIFICATES.verdict = Verdict.RUNNING;
        HttpResponse<String> running = ApiServer.get(path + "?scope=all_rows");
        assertThat(running.statusCode()).isEqualTo(202);
        assertThat(Json.read(running.body()).path("scope").asText()).isEqualTo("all_rows");

        ApiServer.CERTIFICATES.verdict = Verdict.UNKNOWN;
        HttpResponse<String> busy = ApiServer.get(path);
        assertThat(busy.statusCode()).isEqualTo(503);
        assertThat(Json.read(busy.body()).path("code").asText()).isEqualTo("TOO_MANY_CHECKS");
        assertThat(ApiServer.get(path + "?scope=some").statusCode()).isEqualTo(400);
    }

    @Test
    void aTextThatIsNoStorageIdIsRejected() throws Exception {
        assertThat(ApiServer.get("/api/v1/storage-nodes/-/certificate").statusCode())
                .isEqualTo(400);
    }
}
