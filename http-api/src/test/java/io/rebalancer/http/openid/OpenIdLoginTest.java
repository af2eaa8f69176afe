package io.rebalancer.http.openid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.OpenIdSettings;
import io.rebalancer.http.ApiServer;
import io.rebalancer.testsupport.HttpCalls;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins at a provider over its real wire. The client follows redirections as a browser does. */
@Tag("slow")
class OpenIdLoginTest {
    private final Provider provider;

    OpenIdLoginTest() throws Exception {
        provider = new Provider();
    }

    @BeforeEach
    void start() throws Exception {
        ApiServer.AUDIT.reset();
        ApiServer.SESSIONS.reset();
        ApiServer.startWithLogin(new LegacySettings(0, false), listener -> {
            ApiServer.login = provider.login("http://127.0.0.1:" + listener.port() + OpenIdSettings.REDIRECT_PATH);
            return listener;
        });
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
        ApiServer.resetLogin();
        ApiServer.AUDIT.reset();
        ApiServer.SESSIONS.reset();
        provider.close();
    }

    /** Opens an address of the manager, as a browser does that comes from another site. */
    private static HttpResponse<String> open(String address, String cookie) throws Exception {
        assertThat(address).startsWith("http://127.0.0.1:" + ApiServer.port + "/");
        return ApiServer.get(
                address.substring(address.indexOf('/', "http://".length())),
                "Cookie",
                cookie,
                "Sec-Fetch-Site",
                "cross-site",
                "Sec-Fetch-Mode",
                "navigate",
                "Sec-Fetch-Dest",
                "document");
    }

    /** Where the provider sends a browser that begins a login there. */
    private String back(HttpResponse<?> begin) throws Exception {
        String address = location(begin);
        assertThat(address).startsWith(provider.issuer());
        return location(HttpCalls.to(provider.issuer())
                .get(address.substring(provider.issuer().length())));
    }

    private static String location(HttpResponse<?> response) {
        return response.headers().firstValue("Location").orElseThrow();
    }

    private static String cookie(HttpResponse<?> response, String name) {
        return response.headers().allValues("Set-Cookie").stream()
                .filter(each -> each.startsWith("__Host-" + name + "="))
                .findFirst()
                .orElseThrow()
                .replaceAll(";.*", "");
    }

    /** Begins a login that returns to {@code path}. */
    private static HttpResponse<String> begin(String path) throws Exception {
        HttpResponse<String> begin = ApiServer.get("/login/openid?return=" + path);
        assertThat(begin.statusCode()).as(begin.body()).isEqualTo(303);
        return begin;
    }

    private HttpResponse<String> login(String path) throws Exception {
        HttpResponse<String> begin = begin(path);
        String back = back(begin);
        return open(back, cookie(begin, "rebalancer-login"));
    }

    private static void assertRefused(HttpResponse<String> page, int status, String code) {
        assertThat(page.statusCode()).as(page.body()).isEqualTo(status);
        assertThat(page.body()).contains("Not signed in", code);
        assertThat(page.headers().allValues("Set-Cookie")).noneMatch(each -> each.startsWith("__Host-rebalancer="));
        assertThat(ApiServer.SESSIONS.size()).isZero();
    }

    @Test
    void aUserOfTheProviderHasTheHighestRoleOfTheClaim() throws Exception {
        HttpResponse<String> end = login("/console?tab=jobs");
        assertThat(end.statusCode()).as(end.body()).isEqualTo(200);
        assertThat(end.body()).contains("content=\"0;url=/console?tab=jobs\"");
        String session = cookie(end, "rebalancer");
        assertThat(ApiServer.get("/api/v1/session", "Cookie", session).body())
                .contains("\"user\":\"openid:ann\"", "\"role\":\"operator\"", "\"credential\":\"session\"");
        assertThat(end.headers().allValues("Set-Cookie"))
                .anyMatch(each -> each.startsWith("__Host-rebalancer-login=;") && each.contains("Max-Age=0"));
        assertThat(ApiServer.get("/api/v1/login-methods").body())
                .contains("\"openId\":{\"name\":\"single sign-on\",\"path\":\"/login/openid\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example/", "https://evil.example/", "/%5Cevil.example", "/%0d%0aX: y", "evil"})
    void onlyAPathOfThisManagerIsOpenedAfterwards(String path) throws Exception {
        assertThat(login(path.replace(" ", "%20")).body()).contains("content=\"0;url=/\"");
    }

    static Stream<Arguments> invalidTokens() {
        Date past = Date.from(Instant.now().minusSeconds(3600));
        return Stream.of(
                Arguments.of("another nonce", change(all -> all.claim("nonce", "another"))),
                Arguments.of("another client", change(all -> all.audience("another"))),
                Arguments.of("another issuer", change(all -> all.issuer("https://evil.example"))),
                Arguments.of("expired", change(all -> all.expirationTime(past))),
                Arguments.of("no subject", change(all -> all.subject(null))));
    }

    private static UnaryOperator<JWTClaimsSet.Builder> change(UnaryOperator<JWTClaimsSet.Builder> change) {
        return change;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalidTokens")
    void anIdTokenThatIsNotValidIsRefused(String name, UnaryOperator<JWTClaimsSet.Builder> claims) throws Exception {
        provider.claims = claims;
        assertRefused(login("/"), 403, "OPENID_REFUSED");
        provider.claims = same -> same;
        assertThat(login("/").statusCode()).isEqualTo(200);
    }

    @Test
    void anIdTokenOfAnotherKeyIsRefused() throws Exception {
        provider.signingKey = Provider.anotherKey();
        assertRefused(login("/"), 403, "OPENID_REFUSED");
    }

    @Test
    void aUserWithoutARoleIsRefused() throws Exception {
        provider.claims = all -> all.claim("realm_access", Map.of("roles", List.of("guests")));
        HttpResponse<String> page = login("/");
        assertRefused(page, 403, "NO_ROLE");
        assertThat(page.body()).contains("The user ann has none of the values of the claim realm_access.roles");
    }

    @Test
    void aRefusalOfTheProviderIsShown() throws Exception {
        provider.error = "access_denied";
        HttpResponse<String> page = login("/");
        assertRefused(page, 403, "OPENID_REFUSED");
        assertThat(page.body()).contains("access_denied", "not today");
        assertThat(ApiServer.AUDIT.log())
                .anyMatch(entry -> entry.fact().action().equals("login.fail")
                        && entry.fact().result().equals("refused: OPENID_REFUSED"));
    }

    @Test
    void aPageShowsTextOfTheProviderAsText() throws Exception {
        provider.claims =
                all -> all.claim("realm_access", Map.of()).claim("preferred_username", "<script>alert(1)</script>");
        assertThat(login("/").body()).contains("&lt;script&gt;").doesNotContain("<script>");
    }

    /** Otherwise an attacker could log a victim's browser in as the attacker. */
    @Test
    void onlyTheBrowserThatBeganALoginEndsIt() throws Exception {
        HttpResponse<String> victim = begin("/");
        String ofAttacker = back(begin("/"));
        assertRefused(open(ofAttacker, cookie(victim, "rebalancer-login")), 400, "LOGIN_NOT_BEGUN");
        assertRefused(open(ofAttacker, "none=1"), 400, "LOGIN_NOT_BEGUN");
        assertRefused(open(ofAttacker, "__Host-rebalancer-login=a.b.c.d"), 400, "LOGIN_NOT_BEGUN");
    }

    @Test
    void aCodeEndsOneLogin() throws Exception {
        HttpResponse<String> begin = begin("/");
        String back = back(begin);
        assertThat(open(back, cookie(begin, "rebalancer-login")).statusCode()).isEqualTo(200);
        assertThat(open(back, cookie(begin, "rebalancer-login")).statusCode()).isEqualTo(403);
        assertThat(ApiServer.SESSIONS.size()).isEqualTo(1);
    }

    @Test
    void aCodeThatWasGuessedIsRefused() throws Exception {
        HttpResponse<String> begin = begin("/");
        String back = back(begin).replaceAll("code=.*", "code=guess");
        assertRefused(open(back, cookie(begin, "rebalancer-login")), 403, "OPENID_REFUSED");
    }

    /** The token endpoint fails three times; none of them counts as a failed login. */
    @Test
    void aProviderThatFailsIsTriedAgainWithTheNextLogin() throws Exception {
        provider.tokenStatus = 500;
        for (int time = 0; time < 3; time++) {
            assertRefused(login("/"), 503, "OPENID_UNAVAILABLE");
        }
        provider.tokenStatus = 200;
        assertThat(login("/").statusCode()).isEqualTo(200);
        assertThat(ApiServer.AUDIT.log())
                .noneMatch(entry -> entry.fact().action().equals("login.fail"));
    }

    /** Once, and several times. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void keysThatCanNotBeReadAreReadAgainWithALaterLogin(int failures) throws Exception {
        provider.keyFailures.set(failures);
        assertRefused(login("/"), 503, "OPENID_UNAVAILABLE");
        await().until(() -> login("/").statusCode() == 200);
    }

    @Test
    void aProviderThatIsAwayIsStated() throws Exception {
        provider.close();
        HttpResponse<String> page = ApiServer.get("/login/openid");
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.body())
                .contains("OPENID_UNAVAILABLE", "The provider can&#39;t be reached", "A token works meanwhile");
        assertThat(page.headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void aLoginThatCanNotBeRecordedDoesNotBegin() throws Exception {
        ApiServer.AUDIT.refuse(fact -> fact.action().equals("session.start"));
        assertThat(login("/").statusCode()).isEqualTo(503);
        assertThat(ApiServer.SESSIONS.size()).isZero();
    }

    @Test
    void aManagerWithoutProviderStatesThat() throws Exception {
        ApiServer.stop();
        ApiServer.resetLogin();
        ApiServer.startWithLogin(new LegacySettings(0, false), same -> same);
        assertThat(ApiServer.get("/login/openid").body()).contains("OPENID_NOT_CONFIGURED");
    }

    @Test
    void aRedirectionElsewhereIsAFault() {
        assertThatThrownBy(() -> provider.login("https://rebalancer.example.com/other"))
                .hasMessageContaining("openid.redirect must be an address of this manager with the path")
                .hasMessageContaining(OpenIdSettings.REDIRECT_PATH);
    }
}
