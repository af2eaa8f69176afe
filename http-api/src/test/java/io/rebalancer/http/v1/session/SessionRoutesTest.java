package io.rebalancer.http.v1.session;

import static io.rebalancer.http.ApiServer.SESSIONS;
import static io.rebalancer.http.ApiServer.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.AccessTokens;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.SessionsInMemory;
import io.rebalancer.http.TokensInMemory;
import io.rebalancer.http.server.TokenSecret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionRoutesTest {
    private static final String SESSION = "/api/v1/session";
    private static final String JOBS = "/api/v1/jobs";
    private static final String NEW_JOB = "{\"leavingNode\":\"1.stor.d\"}";
    private static final String[] SAME_ORIGIN = {"Sec-Fetch-Site", "same-origin"};
    private static final Instant LATER = TokensInMemory.START.plus(Duration.ofDays(1));

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws Exception {
        ApiServer.AUDIT.reset();
        ApiServer.checks = List.of();
        TOKENS.reset();
        SESSIONS.reset();
        ApiServer.startWithLogin(new LegacySettings(0, false), settings -> settings);
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
        ApiServer.AUDIT.reset();
        TOKENS.reset();
        SESSIONS.reset();
    }

    private static HttpResponse<String> send(String method, String path, String body, String... headers)
            throws Exception {
        return ApiServer.calls().send(method, path, body, headers);
    }

    /** Logs in with a token and returns the header {@code Cookie} that the browser then sends. */
    private static String login(String token) throws Exception {
        HttpResponse<String> login = send("POST", SESSION, "", "Authorization", "Bearer " + token);
        assertThat(login.statusCode()).as(login.body()).isEqualTo(201);
        return login.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
    }

    private static String token(Role role) throws Exception {
        return TOKENS.issue(role.word(), role, LATER);
    }

    private static void assertProblem(HttpResponse<String> response, int status, String code) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).contains("\"code\":\"" + code + "\"");
    }

    @Test
    void aSessionReplacesItsToken() throws Exception {
        String cookie = login(token(Role.OPERATOR));
        HttpResponse<String> own = ApiServer.get(SESSION, "Cookie", cookie);
        assertThat(own.body()).contains("\"user\":\"operator\"", "\"credential\":\"session\"", "\"role\":\"operator\"");
        assertThat(ApiServer.get(JOBS, "Cookie", "theme=dark; " + cookie).statusCode())
                .isEqualTo(200);
        assertThat(send("POST", JOBS, NEW_JOB, "Cookie", cookie, SAME_ORIGIN[0], SAME_ORIGIN[1])
                        .statusCode())
                .isEqualTo(201);
        assertProblem(ApiServer.get("/api/v1/tokens", "Cookie", cookie), 403, "ROLE_REQUIRED");
    }

    @Test
    void theCookieIsOnlyForThisHostAndNoScript() throws Exception {
        HttpResponse<String> login = send("POST", SESSION, "", "Authorization", "Bearer " + token(Role.VIEWER));
        assertThat(login.headers().firstValue("Set-Cookie").orElseThrow())
                .matches(
                        "__Host-rebalancer=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200");
        assertThat(login.body()).doesNotContain("__Host");
        assertThat(login.headers().firstValue("Cache-Control")).contains("no-store");
    }

    /** A page of another site can make a browser send the cookie if the browser is old, but can't state that it is this one. */
    @ParameterizedTest
    @CsvSource({
        ",,403",
        "same-origin,,200",
        "none,,403",
        ",own,200",
        "same-site,,403",
        "cross-site,,403",
        "cross-site,own,403",
        ",http://evil.example,403",
        ",null,403",
        "same-origin,http://evil.example,403"
    })
    void aChangeMustComeFromAPageOfThisManager(String site, String origin, int status) throws Exception {
        String cookie = login(token(Role.OPERATOR));
        String[] headers = {
            "Cookie",
            cookie,
            site == null ? "X-None" : "Sec-Fetch-Site",
            site == null ? "" : site,
            origin == null ? "X-None-Either" : "Origin",
            origin == null ? "" : origin.equals("own") ? "http://127.0.0.1:" + ApiServer.port : origin
        };
        HttpResponse<String> response = send("POST", JOBS + "/" + ApiServer.RUNNING + "/pause", "", headers);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status == 200 ? 202 : status);
        boolean foreign =
                "same-site".equals(site) || "cross-site".equals(site) || origin != null && !"own".equals(origin);
        if (status == 403) {
            assertThat(response.body()).contains(foreign ? "FOREIGN_ORIGIN" : "CSRF_REFUSED");
        }
    }

    @Test
    void aSessionEndsWithItsToken() throws Exception {
        String token = token(Role.VIEWER);
        String cookie = login(token);
        TOKENS.revoke(TOKENS.id("viewer"), "test").toCompletableFuture().get();
        assertProblem(ApiServer.get(JOBS, "Cookie", cookie), 401, "TOKEN_REQUIRED");
    }

    @Test
    void aSessionEndsAtItsTimeAndWhenItIsNotUsed() throws Exception {
        String idle = login(token(Role.VIEWER));
        TOKENS.setTime(TokensInMemory.START.plus(SessionsInMemory.IDLE).minusSeconds(1));
        assertThat(ApiServer.get(JOBS, "Cookie", idle).statusCode()).isEqualTo(200);
        TOKENS.setTime(TokensInMemory.START.plus(SessionsInMemory.IDLE).plusSeconds(1));
        assertThat(ApiServer.get(JOBS, "Cookie", idle).statusCode()).isEqualTo(200);
        TOKENS.setTime(
                TokensInMemory.START.plus(SessionsInMemory.IDLE.multipliedBy(2)).plusSeconds(1));
        assertProblem(ApiServer.get(JOBS, "Cookie", idle), 401, "TOKEN_REQUIRED");
    }

    @Test
    void aLogoutEndsTheSessionAndItsStreams() throws Exception {
        String cookie = login(token(Role.VIEWER));
        assertProblem(send("DELETE", SESSION, "", "Cookie", cookie), 403, "CSRF_REFUSED");
        HttpResponse<String> end = send("DELETE", SESSION, "", "Cookie", cookie, SAME_ORIGIN[0], SAME_ORIGIN[1]);
        assertThat(end.statusCode()).isEqualTo(204);
        assertThat(end.headers().firstValue("Set-Cookie").orElseThrow()).contains("__Host-rebalancer=;", "Max-Age=0");
        assertProblem(ApiServer.get(JOBS, "Cookie", cookie), 401, "TOKEN_REQUIRED");
        assertThat(ApiServer.AUDIT.log().stream()
                        .map(AuditEntry::fact)
                        .filter(fact -> fact.action().startsWith("session."))
                        .map(fact -> fact.action() + " " + fact.subject() + " "
                                + fact.who().user() + " " + fact.result()))
                .containsSubsequence(
                        "session.start viewer viewer requested",
                        "session.start viewer viewer accepted",
                        "session.end viewer viewer requested",
                        "session.end viewer viewer accepted");
    }

    @Test
    void anEventStreamEndsWithItsSession() throws Exception {
        ApiServer.feedLasts = true;
        try {
            String cookie = login(token(Role.VIEWER));
            CompletableFuture<Integer> stream = CompletableFuture.supplyAsync(() -> status(events(), cookie));
            await().until(SESSIONS::wasUsed);
            send("DELETE", SESSION, "", "Cookie", cookie, SAME_ORIGIN[0], SAME_ORIGIN[1]);
            await().until(stream::isDone);
            assertThat(stream.get()).isEqualTo(200);
        } finally {
            ApiServer.feedLasts = false;
        }
    }

    private static String events() {
        return JOBS + "/" + ApiServer.RUNNING + "/events";
    }

    /** The status of a response, after its end. */
    private static int status(String path, String cookie) {
        try {
            return ApiServer.get(path, "Cookie", cookie).statusCode();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void onlyATokenBeginsASession() throws Exception {
        String cookie = login(token(Role.VIEWER));
        assertProblem(
                send("POST", SESSION, "", "Cookie", cookie, SAME_ORIGIN[0], SAME_ORIGIN[1]),
                409,
                "TOKEN_NEEDED_FOR_SESSION");
        assertProblem(send("POST", SESSION, ""), 401, "TOKEN_REQUIRED");
        assertProblem(
                send("POST", SESSION, "", "Authorization", "Bearer " + TokenSecret.create()), 401, "TOKEN_INVALID");
        assertProblem(
                ApiServer.get(JOBS, "Cookie", "__Host-rebalancer=" + TokenSecret.random()), 401, "TOKEN_REQUIRED");
        assertThat(SESSIONS.size()).isEqualTo(1);
    }

    private HttpSettings withTokenFile(HttpSettings settings, String token) {
        Path file = directory.resolve("tokens");
        try {
            Files.writeString(file, token);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new HttpSettings(
                settings.host(),
                settings.port(),
                false,
                true,
                AccessTokens.from(ConfigFactory.parseString("file = \"" + file + "\""), "file"),
                Optional.empty(),
                List.of());
    }

    /** Replacing the file ends the sessions of its tokens. */
    @Test
    void aSessionOfATokenFileEndsWithTheFile() throws Exception {
        ApiServer.stop();
        String secret = "0123456789abcdef0123";
        ApiServer.startWithLogin(new LegacySettings(0, false), settings -> withTokenFile(settings, secret));
        String cookie = login(secret);
        assertThat(ApiServer.get("/api/v1/tokens", "Cookie", cookie).statusCode())
                .isEqualTo(200);
        ApiServer.stop();
        ApiServer.startWithLogin(
                new LegacySettings(0, false), settings -> withTokenFile(settings, "another-token-of-20-"));
        assertProblem(ApiServer.get(JOBS, "Cookie", cookie), 401, "TOKEN_REQUIRED");
    }

    /** Without a login there is nothing to log in to. */
    @Test
    void aListenerWithoutLoginStatesThat() throws Exception {
        ApiServer.stop();
        ApiServer.start();
        assertThat(ApiServer.get(SESSION).body()).contains("\"credential\":\"none\"", "\"role\":\"admin\"");
        assertProblem(send("POST", SESSION, ""), 409, "TOKEN_NEEDED_FOR_SESSION");
        assertProblem(send("DELETE", SESSION, ""), 409, "NO_SESSION");
        assertThat(ApiServer.get("/api/v1/login-methods").body()).isEqualTo("{\"token\":true}");
    }
}
