package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.access.Role;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.TokensInMemory;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may send which request to a manager, over real sockets. */
class LoginsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Instant LATER = TokensInMemory.START.plus(Duration.ofDays(1));
    private static final String JOBS = "/api/v1/jobs";
    private static final String MEMBER_LEAVES = "/api/v1/cluster/members/127.0.0.1:1/leave";

    @BeforeEach
    void reset() {
        ApiServer.TOKENS.reset();
        ApiServer.AUDIT.reset();
    }

    @AfterEach
    void stop() {
        ApiServer.feedLasts = false;
        ApiServer.stop();
    }

    private static LegacySettings legacy(String access) {
        return LegacySettings.from(
                SettingsFile.over(ConfigFactory.parseString("rebalancer.manager.legacy.access = " + access)));
    }

    private static void start() throws Exception {
        start("login", settings -> settings);
    }

    private static void start(String legacyAccess, UnaryOperator<HttpSettings> settings) throws Exception {
        ApiServer.startWithLogin(legacy(legacyAccess), settings);
    }

    private static HttpSettings open(HttpSettings settings) {
        return new HttpSettings(settings.host(), settings.port());
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        return ApiServer.get(path, "Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> post(String path, String body, String token) throws Exception {
        return ApiServer.calls().send("POST", path, body, "Authorization", "Bearer " + token);
    }

    private static String token(Role role) throws Exception {
        return ApiServer.TOKENS.issue(role.word(), role, LATER);
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains("\"code\":\"" + code + "\"");
    }

    @ParameterizedTest
    @EnumSource
    void aRoleMayDoWhatItAndTheRolesBeforeItMay(Role role) throws Exception {
        start();
        String token = token(role);
        assertThat(get(JOBS, token).statusCode()).isEqualTo(200);
        HttpResponse<String> create = post(JOBS, "{\"leavingNode\":\"1.stor.d\"}", token);
        HttpResponse<String> tokens = get("/api/v1/tokens", token);
        HttpResponse<String> leave = post(MEMBER_LEAVES, "", token);
        if (role.includes(Role.OPERATOR)) {
            assertThat(create.statusCode()).isEqualTo(201);
        } else {
            assertProblem(create, 403, "ROLE_REQUIRED");
            assertThat(create.body()).contains("the user viewer has the role viewer", "needs the role operator");
        }
        if (role.includes(Role.ADMIN)) {
            assertThat(tokens.statusCode()).isEqualTo(200);
            assertThat(leave.statusCode()).isNotEqualTo(403);
        } else {
            assertProblem(tokens, 403, "ROLE_REQUIRED");
            assertProblem(leave, 403, "ROLE_REQUIRED");
        }
    }

    @Test
    void withoutATokenThatIsAcceptedNothingButTheHealthIsServed() throws Exception {
        start();
        String expired = ApiServer.TOKENS.issue("expired", Role.ADMIN, TokensInMemory.START.plusSeconds(1));
        String revoked = token(Role.ADMIN);
        ApiServer.TOKENS
                .revoke(ApiServer.TOKENS.id("admin"), "test")
                .toCompletableFuture()
                .get();
        ApiServer.TOKENS.setTime(TokensInMemory.START.plusSeconds(1));
        for (String path : List.of(JOBS, "/jobs", "/none", "/api/v1/tokens")) {
            HttpResponse<String> nameless = ApiServer.get(path);
            assertProblem(nameless, 401, "TOKEN_REQUIRED");
            assertThat(nameless.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"rebalancer\"");
            assertProblem(get(path, expired), 401, "TOKEN_EXPIRED");
            assertProblem(get(path, revoked), 401, "TOKEN_REVOKED");
        }
        assertProblem(get(JOBS, TokenSecret.create()), 401, "TOKEN_INVALID");
        assertProblem(ApiServer.get(JOBS, "Authorization", "Basic YTpi"), 401, "TOKEN_INVALID");
        for (String path : List.of("/health/alive", "/health/ready")) {
            assertThat(ApiServer.get(path).statusCode()).isEqualTo(200);
        }
    }

    /** A client with a wrong token learns that at once, also where it would need none. */
    @Test
    void aListenerWithoutLoginRefusesWrongTokensOnly() throws Exception {
        start("login", LoginsTest::open);
        assertThat(ApiServer.get("/api/v1/tokens").statusCode()).isEqualTo(200);
        assertProblem(get(JOBS, TokenSecret.create()), 401, "TOKEN_INVALID");
        assertProblem(post(JOBS, "{\"leavingNode\":\"1.stor.d\"}", token(Role.VIEWER)), 403, "ROLE_REQUIRED");
    }

    @Test
    void theAuditLogNamesTheToken() throws Exception {
        start();
        assertThat(post(JOBS, "{\"leavingNode\":\"1.stor.d\"}", token(Role.OPERATOR))
                        .statusCode())
                .isEqualTo(201);
        assertThat(ApiServer.AUDIT.log())
                .extracting(entry ->
                        entry.fact().action() + " by " + entry.fact().who().user())
                .containsExactly("job.create by operator", "job.create by operator");
    }

    @Test
    void refusedLoginsAreAuditedOnceAMinuteForEachSender() throws Exception {
        start();
        String viewer = token(Role.VIEWER);
        for (int i = 0; i < 4; i++) {
            get(JOBS, "guess-" + i);
            post(JOBS, "{}", viewer);
        }
        assertThat(ApiServer.AUDIT.log())
                .extracting(entry -> entry.fact().action() + " by "
                        + entry.fact().who().user() + " " + entry.fact().result())
                .containsExactly(
                        "login.fail by  refused: TOKEN_INVALID", "access.refuse by viewer refused: ROLE_REQUIRED");
        ApiServer.TOKENS.setTime(TokensInMemory.START.plusSeconds(61));
        get(JOBS, "guess");
        assertThat(ApiServer.AUDIT.log().get(2).fact().parameters()).isEqualTo(Map.of("furtherSinceLastEntry", "3"));
    }

    @Test
    void anEntryThatCanNotBeStoredIsMadeUpForByTheNextRefusal() throws Exception {
        start();
        ApiServer.AUDIT.refuse(fact -> true);
        get(JOBS, "guess");
        await().atMost(TIMEOUT).until(() -> ApiServer.AUDIT.refusedAppends() == 1);
        ApiServer.AUDIT.refuse(fact -> false);
        await().atMost(TIMEOUT).until(() -> {
            get(JOBS, "guess");
            return !ApiServer.AUDIT.log().isEmpty();
        });
        assertThat(ApiServer.AUDIT.log().get(0).fact().parameters().get("furtherSinceLastEntry"))
                .isNotEqualTo("0");
    }

    /** The role is that of the path which the route sees. */
    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/%74okens", "/api/v1/tokens/", "/api/./v1/tokens", "/api/assets/../v1/tokens"})
    void anotherSpellingOfAPathNeedsTheSameRole(String path) throws Exception {
        start();
        String viewer = token(Role.VIEWER);
        assertThat(exchange(path, viewer)).doesNotStartWith("HTTP/1.1 200");
        assertThat(exchange(path, "")).doesNotStartWith("HTTP/1.1 200");
    }

    private static String exchange(String path, String token) throws Exception {
        return RawConnection.exchange(
                ApiServer.port,
                "GET " + path + " HTTP/1.1",
                "Host: 127.0.0.1:" + ApiServer.port,
                "Authorization: Bearer " + token);
    }

    /** Who guesses is slowed down, and a client with a token that worked before is not. */
    @Test
    void aManyTimesWrongTokenIsAnsweredWithLater() throws Exception {
        start();
        String known = token(Role.VIEWER);
        assertThat(get(JOBS, known).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = get(JOBS, "guess");
        while (answer.statusCode() == 401) {
            answer = get(JOBS, "guess");
        }
        assertProblem(answer, 429, "TOO_MANY_FAILED_LOGINS");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(get(JOBS, known).statusCode()).isEqualTo(200);
    }

    @Test
    void anEventStreamEndsSoonAfterItsTokenIsRevoked() throws Exception {
        start();
        ApiServer.feedLasts = true;
        String token = token(Role.VIEWER);
        String events = JOBS + "/" + ApiServer.RUNNING + "/events";
        CompletableFuture<HttpResponse<String>> stream = CompletableFuture.supplyAsync(() -> {
            try {
                return get(events, token);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(TIMEOUT)
                .until(() -> ApiServer.TOKENS
                        .find(ApiServer.TOKENS.id("viewer"))
                        .orElseThrow()
                        .lastUsedOn()
                        .isPresent());
        assertThat(stream).isNotDone();
        ApiServer.TOKENS
                .revoke(ApiServer.TOKENS.id("viewer"), "test")
                .toCompletableFuture()
                .get();
        await().atMost(TIMEOUT).until(stream::isDone);
        assertThat(stream.get().statusCode()).isEqualTo(200);
    }

    @Test
    void legacyRoutesMayBeClosed() throws Exception {
        start("closed", LoginsTest::open);
        assertProblem(ApiServer.get("/jobs"), 403, "LEGACY_API_CLOSED");
        assertProblem(ApiServer.get("/jobs/" + ApiServer.ENDED), 403, "LEGACY_API_CLOSED");
        assertThat(ApiServer.get(JOBS).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"127.0.0.0/8\"]", "[\"10.0.0.0/8\", \"127.0.0.1\"]"})
    void legacyRoutesMayBeOpenToAddresses(String access) throws Exception {
        start(access, settings -> settings);
        assertThat(ApiServer.get("/jobs").statusCode()).isEqualTo(200);
        assertThat(ApiServer.get(JOBS).statusCode()).isEqualTo(401);
    }

    @Test
    void legacyRoutesNeedALoginForOtherAddresses() throws Exception {
        start("[\"10.0.0.0/8\"]", settings -> settings);
        assertProblem(ApiServer.get("/jobs"), 401, "TOKEN_REQUIRED");
        assertThat(get("/jobs", token(Role.VIEWER)).statusCode()).isEqualTo(200);
    }
}
