package io.rebalancer.http.browser;

import static io.rebalancer.http.ApiServer.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.HistoryInMemory;
import io.rebalancer.http.NodesInMemory;
import io.rebalancer.http.OneMember;
import io.rebalancer.http.TokensInMemory;
import io.rebalancer.testsupport.Browser;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.openqa.selenium.Keys;

/** A manager with jobs in memory behind the API, and a browser with its console. */
abstract class ConsoleInBrowser {
    static final Path SHOTS = Path.of("target/console");

    static Browser browser;

    record Page(String path, String text) {}

    @BeforeAll
    static void startBrowser() throws Exception {
        browser = new Browser();
    }

    @AfterAll
    static void stopBrowser() {
        browser.close();
    }

    @BeforeEach
    void start() throws Exception {
        ApiServer.reset();
        ApiServer.startWithLogin(new LegacySettings(0, false), listener -> listener);
        browser.show(1280, "light");
        browser.console();
    }

    @AfterEach
    void stop() {
        HistoryInMemory.hostileText = "";
        HistoryInMemory.ratesBegin = Instant.EPOCH;
        NodesInMemory.hostileText = "";
        ApiServer.RECONCILIATION.reset();
        OneMember.others = List.of();
        ApiServer.FLEET_EVENTS.load = Optional.empty();
        ApiServer.stop();
        ApiServer.reset();
    }

    static void open(Page page) {
        browser.open("http://127.0.0.1:" + ApiServer.port + page.path());
        seen(page.text());
    }

    static void seen(String text) {
        await().atMost(Duration.ofSeconds(30)).until(() -> browser.text().contains(text));
    }

    static String token(Role role) throws Exception {
        return TOKENS.issue(role.word(), role, TokensInMemory.START.plus(Duration.ofDays(1)));
    }

    /** As an operator would, with the form. */
    static void signIn(Role role) throws Exception {
        String token = token(role);
        open(new Page("/", "Sign in"));
        browser.find("input[name=token]").sendKeys(token, Keys.ENTER);
        seen("Needs attention");
    }

    static Object scrollsSideways() {
        return browser.await("document.documentElement.scrollWidth > document.documentElement.clientWidth");
    }

    /** Answers that are no success are in the log of the browser; what the policy refuses is too. */
    static List<String> refusedByPolicy() {
        return browser.console().stream()
                .filter(line -> line.contains("Content Security Policy") || line.contains("TrustedHTML"))
                .toList();
    }

    static void tabTo(String button) {
        for (int i = 0; i < 10 && !browser.focused().equals(button); i++) {
            browser.press(Keys.TAB);
        }
        assertThat(browser.focused()).isEqualTo(button);
    }

    static void awaitNoDialog() {
        await().until(() -> Boolean.TRUE.equals(browser.await("!document.querySelector('dialog')")));
    }
}
