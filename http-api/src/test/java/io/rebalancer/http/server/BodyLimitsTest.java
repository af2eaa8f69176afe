package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.http.ApiServer;
import io.rebalancer.http.contract.ContractCheck;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A body that is too large or too slow is the client's fault, and the client learns what to change. */
class BodyLimitsTest {
    private static final int MAX_BYTES = 64 << 10;

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        ApiServer.AUDIT.reset();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/jobs", "/api/v1/plans", "/jobs"})
    void aLargeBodyIsRefused(String path) throws Exception {
        HttpResponse<String> response = ApiServer.post(path, " ".repeat(MAX_BYTES + 1));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("BODY_TOO_LARGE", "65536 bytes");
        assertThat(ApiServer.post(path, " ".repeat(MAX_BYTES)).statusCode())
                .isBetween(400, 422)
                .isNotEqualTo(413);
    }

    @Test
    void aLargeBodyOfUnknownLengthIsRefused() throws Exception {
        String chunk = "2000\r\n" + " ".repeat(0x2000) + "\r\n";
        try (RawConnection connection = RawConnection.to(ApiServer.port)) {
            connection.send(head("Transfer-Encoding: chunked") + chunk.repeat(9) + "0\r\n\r\n");
            String response = connection.readTo("}");
            assertThat(response).startsWith("HTTP/1.1 413").contains("BODY_TOO_LARGE");
            ContractCheck.verify("POST", "/api/v1/jobs", response);
        }
    }

    @Test
    @Tag("slow")
    void aBodyThatDoesNotArriveIsGivenUp() throws Exception {
        try (RawConnection connection = RawConnection.to(ApiServer.port)) {
            connection.send(head("Content-Length: 10") + "{");
            String response = connection.readTo("}");
            assertThat(response).startsWith("HTTP/1.1 408").contains("BODY_TOO_SLOW", "10 s");
            ContractCheck.verify("POST", "/api/v1/jobs", response);
        }
    }

    private static String head(String length) {
        return "POST /api/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1:" + ApiServer.port
                + "\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n";
    }
}
