package io.rebalancer.http.browser;

import static io.rebalancer.http.ApiServer.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.cluster.settings.OpenIdSettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.TokensInMemory;
import io.rebalancer.http.openid.Provider;
import io.rebalancer.testsupport.Browser;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a real browser does with the manager's cookies and headers, on the manager's pages and on pages of others. */
@Tag("slow")
@Tag("external")
class BrowserSecurityTest {
    private static final String EVIL = "evil.test";
    private static final String REBOUND = "rebound.test";
    private static final String STATUS = "fetch('%s', %s).then(answer => answer.status)";

    private static Browser browser;
    private static Provider provider;

    @BeforeAll
    static void startBrowser() throws Exception {
        browser = new Browser(EVIL, REBOUND);
        provider = new Provider();
    }

    @AfterAll
    static void stopBrowser() {
        provider.close();
        browser.close();
    }

    @BeforeEach
    void start() throws Exception {
        ApiServer.reset();
        ApiServer.startWithLogin(new LegacySettings(0, false), listener -> {
            ApiServer.login = provider.login("http://127.0.0.1:" + listener.port() + OpenIdSettings.REDIRECT_PATH);
            return listener;
        });
    }

    @AfterEach
    void stop() {
        ApiServer.stop();
        ApiServer.reset();
    }

    private static String manager(String path) {
        return "http://127.0.0.1:" + ApiServer.port + path;
    }

    private static Object status(String address, String options) {
        return browser.await(STATUS.formatted(address, options));
    }

    /** Logs the browser in, from a page of the manager. */
    private static void login(Role role) throws Exception {
        String token = TOKENS.issue(role.word(), role, TokensInMemory.START.plus(Duration.ofDays(1)));
        browser.open(manager("/api"));
        assertThat(status("/api/v1/session", "{method: 'POST', headers: {Authorization: 'Bearer " + token + "'}}"))
                .isEqualTo(201L);
    }

    private static String pause() {
        return "/api/v1/jobs/" + ApiServer.RUNNING + "/pause";
    }

    @Test
    void aPageOfTheManagerWorksWithTheCookieAndCanNotReadIt() throws Exception {
        login(Role.OPERATOR);
        assertThat(status("/api/v1/jobs", "{}")).isEqualTo(200L);
        assertThat(status(pause(), "{method: 'POST'}")).isEqualTo(202L);
        assertThat(browser.await("document.cookie")).isEqualTo("");
        assertThat(status("/api/v1/session", "{method: 'DELETE'}")).isEqualTo(204L);
        assertThat(status("/api/v1/jobs", "{}")).isEqualTo(401L);
    }

    @Test
    void aPageOfAnotherSiteChangesAndReadsNothing() throws Exception {
        login(Role.OPERATOR);
        int before = ApiServer.performed.get();
        String form = "<form method=post action='" + manager(pause()) + "'><button>win</button></form>";
        try (OtherSite evil = new OtherSite(form)) {
            browser.open("http://" + EVIL + ":" + evil.port() + "/");
            assertThat(browser.await(
                            "fetch('" + manager("/api/v1/jobs") + "', {credentials: 'include'}).then(a => a.text())"))
                    .asString()
                    .startsWith("failed");
            assertThat(browser.await("fetch('" + manager(pause())
                            + "', {method: 'POST', mode: 'no-cors', credentials: 'include'}).then(a => a.type)"))
                    .isIn("opaque", "failed: TypeError: Failed to fetch");
            browser.find("button").click();
            await().until(() -> browser.address().startsWith(manager("")));
            assertThat(browser.text()).contains("FOREIGN_ORIGIN");
        }
        assertThat(ApiServer.performed.get()).isEqualTo(before);
        browser.open(manager("/api"));
        assertThat(status("/api/v1/jobs", "{}")).isEqualTo(200L);
    }

    /** A page of this host at another port is of the same site, so the browser sends the strict cookie along. */
    @Test
    void aPageOfAnotherPortOfThisHostChangesNothing() throws Exception {
        login(Role.OPERATOR);
        int before = ApiServer.performed.get();
        String form = "<form method=post action='" + manager(pause()) + "'><button>win</button></form>";
        try (OtherSite neighbour = new OtherSite(form)) {
            browser.open("http://127.0.0.1:" + neighbour.port() + "/");
            browser.find("button").click();
            await().until(() -> browser.address().startsWith(manager("")));
            assertThat(browser.text()).contains("FOREIGN_ORIGIN");
        }
        assertThat(ApiServer.performed.get()).isEqualTo(before);
    }

    @Test
    void noPageCanFrameThePagesOfTheManager() throws Exception {
        try (OtherSite evil = new OtherSite("<iframe id=page src='" + manager("/api")
                + "'></iframe><iframe id=login src='" + manager("/login/openid/callback") + "'></iframe>")) {
            browser.open("http://127.0.0.1:" + evil.port() + "/");
            assertThat(browser.textOfFrame("#page")).doesNotContain("Object rebalancer");
            assertThat(browser.textOfFrame("#login")).doesNotContain("signed in");
            browser.open("http://" + EVIL + ":" + evil.port() + "/");
            assertThat(browser.textOfFrame("#page")).doesNotContain("Object rebalancer");
        }
    }

    /** A name of the attacker resolves to the manager's address, so that the browser takes the manager for the attacker's site. */
    @Test
    void aReboundNameReachesNothing() throws Exception {
        login(Role.OPERATOR);
        browser.open("http://" + REBOUND + ":" + ApiServer.port + "/api");
        assertThat(browser.text()).contains("WRONG_HOST");
        // Neither the answer nor the policy of the page allows it.
        assertThat(status("/api/v1/jobs", "{}")).isIn(421L, "failed: TypeError: Failed to fetch");
    }

    /** A script of another site can't load an answer as a script or an image. */
    @Test
    void noPageCanLoadAnAnswer() throws Exception {
        login(Role.VIEWER);
        String load = "new Promise(done => { const s = document.createElement('script');"
                + "s.onload = () => done('loaded'); s.onerror = () => done('refused'); s.src = '"
                + manager("/api/v1/jobs") + "'; document.body.append(s); })";
        try (OtherSite evil = new OtherSite("page")) {
            browser.open("http://" + EVIL + ":" + evil.port() + "/");
            assertThat(browser.await(load)).isEqualTo("refused");
        }
    }

    /** The strict cookie is of use in the navigation that follows the login. */
    @Test
    void aLoginAtTheProviderOpensThePageThatWasAskedFor() throws Exception {
        browser.open(manager("/login/openid?return=/api"));
        await().until(() -> browser.address().equals(manager("/api")));
        assertThat(browser.await("fetch('/api/v1/session').then(answer => answer.json()).then(s => s.user)"))
                .isEqualTo("openid:ann");
        assertThat(status(pause(), "{method: 'POST'}")).isEqualTo(202L);
        provider.error = "access_denied";
        browser.open(manager("/login/openid?return=/api"));
        provider.error = "";
        assertThat(browser.text()).contains("Not signed in", "access_denied", "Sign in again");
    }

    /** A link on another site opens the page; the page then has its cookie. */
    @Test
    void aLinkOfAnotherSiteOpensThePage() throws Exception {
        login(Role.VIEWER);
        try (OtherSite wiki = new OtherSite("<a href='" + manager("/api") + "'>link</a>")) {
            browser.open("http://" + EVIL + ":" + wiki.port() + "/");
            browser.find("a").click();
            await().until(() -> browser.address().equals(manager("/api")));
            assertThat(status("/api/v1/jobs", "{}")).isEqualTo(200L);
        }
    }
}
