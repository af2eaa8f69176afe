package io.rebalancer.http.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.access.Role;
import io.rebalancer.core.port.ClusterControl;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.OneMember;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;

/** Windows, keyboard shortcuts, and what the console shows when its manager does not reply, in a real browser. Run by {@code make test-console}. */
@EnabledIfSystemProperty(named = "console.journey", matches = "true")
@Tag("slow")
@Tag("external")
class ConsoleActionsTest extends ConsoleInBrowser {
    @Test
    void aWindowIsSetByKeyboardAloneAndARefusalIsAtItsField() throws Exception {
        signIn(Role.OPERATOR);
        open(new Page("/console/settings", "Window of the fleet"));
        browser.find("#window-ranges").sendKeys("every night");
        browser.find("#window-zone").clear();
        browser.find("#window-zone").sendKeys("Europe/Berlin");
        tabTo("Set the window");
        browser.press(Keys.ENTER);
        seen("Work is done only in these ranges, in the time of Europe/Berlin: every night");
        browser.press(Keys.ENTER);
        seen("is no weekly range");
        awaitNoDialog();
        await().until(() -> "window-ranges".equals(browser.await("document.activeElement.id")));
        assertThat(browser.violations()).isEmpty();
        browser.screenshot(SHOTS.resolve("window-refused.png"));
        assertThat(ApiServer.performed.get()).isZero();
        browser.find("#window-ranges").clear();
        browser.find("#window-ranges").sendKeys("mon-fri 20:00-06:00\nsat,sun 00:00-24:00");
        browser.find("#window-days").sendKeys("2026-12-24, 2026-13-24");
        tabTo("Set the window");
        browser.press(Keys.ENTER, Keys.ENTER);
        seen("is no date");
        await().until(() -> "window-days".equals(browser.await("document.activeElement.id")));
        browser.find("#window-days").clear();
        browser.find("#window-days").sendKeys("2026-12-24");
        tabTo("Set the window");
        browser.press(Keys.ENTER);
        browser.await("document.querySelector('dialog summary').click()");
        seen(
                "settings window --time-zone Europe/Berlin --blackout 2026-12-24 'mon-fri 20:00-06:00' 'sat,sun 00:00-24:00'");
        browser.screenshot(SHOTS.resolve("window-dialog.png"));
        browser.press(Keys.ENTER);
        seen("mon,tue,wed,thu,fri 20:00-06:00, sat,sun 00:00-24:00 (Europe/Berlin), not on 2026-12-24");
        assertThat(ApiServer.performed.get()).isEqualTo(1);
        browser.screenshot(SHOTS.resolve("window-set.png"));
        tabTo("Remove the window");
        browser.press(Keys.ENTER, Keys.ENTER);
        seen("There is none: work is done at all times.");
    }

    @Test
    void shortcutsAreListedAndNeverActiveInAField() throws Exception {
        signIn(Role.VIEWER);
        open(new Page("/console/jobs", "or press ?"));
        browser.press("?");
        seen("Shortcuts are on");
        assertThat(browser.violations()).isEmpty();
        browser.screenshot(SHOTS.resolve("shortcuts.png"));
        browser.press("gn", Keys.ESCAPE);
        awaitNoDialog();
        assertThat(browser.address()).endsWith("/console/jobs");
        browser.press("gn");
        await().until(() -> browser.address().endsWith("/console/nodes"));
        browser.press("gc");
        await().until(() -> browser.address().endsWith("/console/cluster"));
        browser.press("go");
        seen("Needs attention");
        browser.press("gj");
        await().until(() -> browser.address().endsWith("/console/jobs"));
        seen("0.stor.d");
        browser.press("/");
        assertThat(browser.await("document.activeElement.name")).isEqualTo("node");
        browser.press("gn?/");
        assertThat(browser.await("document.activeElement.value")).isEqualTo("gn?/");
        assertThat(browser.address()).endsWith("/console/jobs");
        awaitNoDialog();
        browser.find("footer button").sendKeys(Keys.ENTER);
        seen("Shortcuts are on");
        browser.find("dialog input[type=checkbox]").sendKeys(Keys.SPACE, Keys.ESCAPE);
        awaitNoDialog();
        browser.press("gn?");
        assertThat(browser.address()).endsWith("/console/jobs");
        awaitNoDialog();
        browser.await("localStorage.removeItem('rebalancer-shortcuts')");
    }

    @Test
    void aManagerThatDoesNotReplyLeavesTheOthersInView() throws Exception {
        OneMember.others = List.of(
                new ClusterControl.Member("10.0.0.2:2551", "Up", List.of("manager", "dc-default"), "1.2.3", true),
                new ClusterControl.Member("10.0.0.3:2551", "Up", List.of("agent"), "1.2.3", true));
        signIn(Role.VIEWER);
        open(new Page("/console/cluster?sort=no", "10.0.0.3:2551"));
        ApiServer.stop();
        seen("does not reply");
        seen("10.0.0.2:2551 manager");
        assertThat(browser.text())
                .contains(
                        "rebalancer.manager.http",
                        "/console/cluster?sort=no",
                        "1 further member without a console was seen then");
        assertThat(browser.violations()).isEmpty();
        browser.screenshot(SHOTS.resolve("no-reply.png"));
    }
}
