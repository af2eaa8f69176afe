package io.rebalancer.http.contract;

import static io.rebalancer.http.ApiServer.AUDIT;
import static io.rebalancer.http.ApiServer.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.TokensInMemory;
import io.rebalancer.http.contract.ContractDocument.Operation;
import io.rebalancer.http.server.TokenSecret;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of the contract refuses roles below its own, and every token that is not accepted. */
class EveryRoleTest {
    private static final Instant LATER = TokensInMemory.START.plus(Duration.ofDays(1));
    private static final Map<Role, String> ACCEPTED = new EnumMap<>(Role.class);
    /** Values of the header {@code Authorization}, and the code with which each is refused. */
    private static final Map<String, String> REFUSED = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        AUDIT.reset();
        TOKENS.reset();
        ApiServer.checks = List.of();
        for (Role role : Role.values()) {
            ACCEPTED.put(role, bearer(TOKENS.issue(role.word(), role, LATER)));
        }
        REFUSED.clear();
        REFUSED.put(bearer(TOKENS.issue("old", Role.ADMIN, TokensInMemory.START)), "TOKEN_EXPIRED");
        REFUSED.put(bearer(TOKENS.issue("taken", Role.ADMIN, LATER)), "TOKEN_REVOKED");
        TOKENS.revoke(TOKENS.id("taken"), "test").toCompletableFuture().get();
        ApiServer.startWithLogin(new LegacySettings(0, false), settings -> settings);
        for (Role role : Role.values()) {
            assertThat(ApiServer.get("/api/v1/jobs", "Authorization", accepted(role))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        AUDIT.reset();
        TOKENS.reset();
    }

    private static String bearer(String secret) {
        return "Bearer " + secret;
    }

    static Stream<Operation> operations() {
        return ContractDocument.MANAGER.operations().stream();
    }

    private static HttpResponse<String> call(Operation operation, String... headers) throws Exception {
        return ApiServer.calls()
                .send(operation.method(), Examples.pathAndQuery(operation), Examples.body(operation), headers);
    }

    private static String accepted(Role role) {
        return Objects.requireNonNull(ACCEPTED.get(role));
    }

    private static boolean isOpen(Operation operation) {
        return operation.node().path("security").isArray();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aLowerRoleIsRefusedAndEveryOtherIsNot(Operation operation) throws Exception {
        Role needed = Role.parse(operation.node().path("x-role").asText()).orElseThrow();
        for (Role role : Role.values()) {
            HttpResponse<String> response = call(operation, "Authorization", accepted(role));
            if (role.includes(needed)) {
                assertThat(response.statusCode()).as(response.body()).isNotIn(401, 403, 429);
            } else {
                assertThat(response.statusCode()).isEqualTo(403);
                assertThat(response.body()).contains("ROLE_REQUIRED", "needs the role " + needed.word());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aTokenThatIsNotAcceptedIsRefused(Operation operation) throws Exception {
        int nameless = call(operation).statusCode();
        if (isOpen(operation)) {
            assertThat(nameless).isNotEqualTo(401);
            return;
        }
        assertThat(nameless).isEqualTo(401);
        for (Map.Entry<String, String> each : REFUSED.entrySet()) {
            assertRefused(call(operation, "Authorization", each.getKey()), each.getValue());
        }
        assertRefused(call(operation, "Authorization", bearer(TokenSecret.create())), "TOKEN_INVALID");
    }

    /** After some forged tokens, the address is slowed down. */
    private static void assertRefused(HttpResponse<String> response, String code) {
        assertThat(response.statusCode()).isIn(401, 429);
        assertThat(response.body()).contains(response.statusCode() == 401 ? code : "TOO_MANY_FAILED_LOGINS");
    }
}
