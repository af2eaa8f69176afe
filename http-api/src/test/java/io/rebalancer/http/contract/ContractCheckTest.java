package io.rebalancer.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.http.contract.ContractCheck.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The check of responses finds each kind of difference from the contract. */
class ContractCheckTest {
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final String JOB = "/api/v1/jobs/11111111-1111-4111-8111-111111111111";

    private static Answer answer(String method, String path, int status, String type, String body) {
        return new Answer(method, path, status, Map.of("content-type", type), body);
    }

    private static void assertFault(Answer answer, String fault) {
        assertThat(ContractCheck.faults(answer)).hasSize(1).first().asString().contains(fault);
    }

    @Test
    void aDocumentedResponsePasses() {
        assertThat(ContractCheck.faults(answer("GET", "/health/alive", 200, JSON, "{\"status\":\"alive\"}")))
                .isEmpty();
        assertThat(ContractCheck.faults(new Answer("GET", "/api/v2", 404, Map.of(), "")))
                .isEmpty();
        assertThat(ContractCheck.faults(new Answer("PUT", JOB, 405, Map.of("allow", "GET"), "")))
                .isEmpty();
        assertThat(ContractCheck.faults(answer(
                        "GET",
                        JOB,
                        404,
                        PROBLEM,
                        "{\"title\":\"Not Found\",\"status\":404,\"code\":\"JOB_NOT_FOUND\",\"detail\":\"no job\"}")))
                .isEmpty();
    }

    @Test
    void anUndocumentedRouteIsFound() {
        assertFault(answer("GET", "/api/v1/secrets", 200, JSON, "{}"), "no operation has this path");
        assertFault(answer("GET", "/api/v1/secrets", 404, JSON, "{}"), "no operation has this path");
        assertFault(answer("PUT", JOB, 200, JSON, "{}"), "no operation has this method");
    }

    @Test
    void aRefusedMethodNamesTheOthers() {
        assertFault(new Answer("PUT", JOB, 405, Map.of("allow", "GET, POST"), ""), "allow [GET]");
        assertFault(new Answer("PUT", JOB, 405, Map.of(), ""), "allow [GET]");
    }

    @Test
    void anUndocumentedStatusOrMediaTypeOrBodyIsFound() {
        assertFault(
                answer("GET", "/health/alive", 201, JSON, "{\"status\":\"alive\"}"),
                "getAlive (GET /health/alive) has no status 201");
        assertFault(answer("GET", "/health/alive", 200, "text/plain", "alive"), "has no media type \"text/plain\"");
        assertFault(new Answer("DELETE", "/api/v1/plans/x", 204, Map.of(), "gone"), "has no body");
    }

    @Test
    void anUnknownOrMissingMemberIsFound() {
        assertFault(answer("GET", "/health/alive", 200, JSON, "{\"status\":\"alive\",\"since\":1}"), "since");
        assertFault(answer("GET", "/health/alive", 200, JSON, "{}"), "status");
        assertFault(answer("GET", "/health/alive", 200, JSON, "{\"status\":\"dead\"}"), "alive");
        assertFault(answer("GET", "/health/alive", 200, JSON, "alive"), "is not JSON");
    }

    @Test
    void aCodeOfAnotherOperationIsFound() {
        assertFault(
                answer(
                        "GET",
                        JOB,
                        404,
                        PROBLEM,
                        "{\"title\":\"Not Found\",\"status\":404,\"code\":\"PLAN_NOT_FOUND\",\"detail\":\"no plan\"}"),
                "JOB_NOT_FOUND");
    }

    @Test
    void aFormatIsAsserted() {
        Answer bad = new Answer(
                "POST",
                "/api/v1/plans",
                202,
                Map.of("content-type", JSON, "location", "/api/v1/plans/55555555-5555-4555-8555-555555555555"),
                "{\"id\":\"5\"}");
        assertFault(bad, "uuid");
    }

    @Test
    void aMissingOrUndocumentedHeaderIsFound() {
        assertFault(
                answer("POST", "/api/v1/plans", 202, JSON, "{\"id\":\"55555555-5555-4555-8555-555555555555\"}"),
                "lacks the header location");
        assertFault(
                new Answer(
                        "GET",
                        "/health/alive",
                        200,
                        Map.of("content-type", JSON, "x-powered-by", "x"),
                        "{\"status\":\"alive\"}"),
                "has no header x-powered-by");
    }

    @Test
    void eachLineAndEachEventIsChecked() {
        assertFault(answer("GET", JOB + "/exceptions/export", 200, "application/x-ndjson", "{\"shard\":1"), "not JSON");
        assertFault(
                answer("GET", JOB + "/events", 200, "text/event-stream", "data:\n\ndata:{}\nevent:dropped\n\n"),
                "detail");
        assertFault(
                answer("GET", JOB + "/events", 200, "text/event-stream", "data:{}\nevent:other\n\n"),
                "no event has the name \"other\"");
    }

    /** Another client would not check what a manager answers. */
    @Test
    void noTestCallsAManagerWithAnotherClient() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            assertThat(sources.filter(Files::isRegularFile).filter(ContractCheckTest::hasClient))
                    .extracting(file -> file.getFileName().toString())
                    .containsExactly("EventStreamLimitTest.java");
        }
    }

    private static boolean hasClient(Path source) {
        try {
            return Files.readString(source).contains("HttpClient.new" + "HttpClient()");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theFailureNamesTheRequest() {
        assertThatThrownBy(() -> ContractCheck.verify(
                        "GET", "/health/alive?x=1", "HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\n{}"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("GET /health/alive:")
                .hasMessageContaining("getAlive (GET /health/alive) has no status 299");
    }
}
