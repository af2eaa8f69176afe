package io.rebalancer.http.contract;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.EXPLANATIONS;
import static io.rebalancer.http.ApiServer.PLANS;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.contract.ContractDocument.Operation;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of the contract reaches a route, and succeeds with the examples of the contract. */
class EveryOperationTest {
    private static final String[] SECURITY_HEADERS = {
        "content-security-policy",
        "cross-origin-resource-policy",
        "referrer-policy",
        "x-content-type-options",
        "x-frame-options"
    };

    @BeforeAll
    static void start() throws Exception {
        AUDIT.reset();
        PLANS.failure = Optional.empty();
        ApiServer.checks = List.of();
        ApiServer.feedFailure = Optional.empty();
        ApiServer.waitingFor = List.of();
        EXPLANATIONS.explanation =
                (job, subject) -> ObjectExplanation.found(job, subject, List.of(), Map.of(2, "away"));
        ApiServer.TOKENS.reset();
        ApiServer.TOKENS.issueExample();
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        AUDIT.reset();
    }

    static Stream<Operation> operations() {
        return ContractDocument.MANAGER.operations().stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theExamplesSucceed(Operation operation) throws Exception {
        HttpResponse<String> response =
                ApiServer.calls().send(operation.method(), Examples.pathAndQuery(operation), Examples.body(operation));
        int status = operation.node().path("x-example-status").asInt(200);
        assertThat(response.statusCode()).as(response.body()).isBetween(status, status == 200 ? 299 : status);
        assertThat(response.headers().map()).containsKeys(SECURITY_HEADERS);
    }
}
