package io.rebalancer.http.v1.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.http.ApiServer;
import io.rebalancer.http.server.Json;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes of reconciliation are reserved; every response is compared with the contract. */
class ReconciliationRoutesTest {
    private static final String RECONCILIATION = "/api/v1/reconciliation";

    @BeforeAll
    static void start() throws Exception {
        ApiServer.AUDIT.reset();
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, ''",
        "GET, /runs",
        "POST, /runs",
        "GET, /runs/77777777-7777-4777-8777-777777777777",
        "GET, /runs/77777777-7777-4777-8777-777777777777/findings",
        "POST, /runs/77777777-7777-4777-8777-777777777777/act",
        "POST, /runs/77777777-7777-4777-8777-777777777777/restore",
        "POST, /runs/77777777-7777-4777-8777-777777777777/cancel"
    })
    void aReservedRouteAnswersThatReconciliationIsNotBuilt(String method, String path) throws Exception {
        String body = method.equals("POST") ? "{\"mode\":\"dry_run\"}" : "";
        HttpResponse<String> response = ApiServer.calls().send(method, RECONCILIATION + path, body);
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(Json.read(response.body()).path("code").asText()).isEqualTo("RECONCILIATION_NOT_BUILT");
        assertThat(ApiServer.AUDIT.log()).isEmpty();
    }

    @Test
    void otherPathsAndMethodsAreUnknown() throws Exception {
        assertThat(ApiServer.calls().get(RECONCILIATION + "/rnus").statusCode()).isEqualTo(404);
        assertThat(ApiServer.calls()
                        .send("DELETE", RECONCILIATION + "/runs", "")
                        .statusCode())
                .isEqualTo(405);
    }
}
