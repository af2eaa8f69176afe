package io.rebalancer.http.browser;

import static io.rebalancer.http.ApiServer.RECONCILIATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.access.Role;
import io.rebalancer.core.port.NodeInventory.Restore;
import io.rebalancer.core.port.ReconciliationService.NewRepairs;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.http.ReconciliationInMemory;
import io.rebalancer.http.ReconciliationStates;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;

/** Plans of reconciliation, what runs repaired, and quarantines, in a real browser. Run by {@code make test-console}. */
@EnabledIfSystemProperty(named = "console.journey", matches = "true")
@Tag("slow")
@Tag("external")
class ConsoleRepairsTest extends ConsoleInBrowser {
    private static final String PAGE = "/console/reconciliation";
    private static final Page PLAN =
            new Page(PAGE + "?run=" + ReconciliationInMemory.PLAN, "Copies about which records and files disagree");
    private static final Page REPAIRS =
            new Page(PAGE + "?run=" + ReconciliationInMemory.ACTING, "What became of the planned repairs");
    private static final String NODE = ReconciliationInMemory.COMPARED.text();
    private static final Page QUARANTINE =
            new Page(PAGE + "?quarantine=" + NODE, ReconciliationInMemory.OWNER.toString());
    private static final String DIALOG_ACT = "document.querySelector('dialog button[type=submit]')";

    private static void click(String button) {
        browser.await(
                "[...document.querySelectorAll('main button')].find(b => b.textContent === '" + button + "').click()");
    }

    private static void check(String box) {
        browser.find(box).sendKeys(Keys.SPACE);
    }

    private static String whyActIsGrey() {
        return String.valueOf(browser.await(
                "[...document.querySelectorAll('main button')].find(b => b.textContent === 'Act').title"));
    }

    /** The cells of the row of a storage node in the plan. */
    private static String row(String node) {
        return String.valueOf(browser.await(
                "[...[...document.querySelectorAll('section[aria-labelledby=plan] tbody tr')].find(r => r.textContent.includes('"
                        + node + "')).children].map(c => c.textContent.trim().replace(/\\s+/g, ' ')).join(' | ')"));
    }

    @Test
    void everyPageIsAccessibleAndKeepsThePolicy() throws Exception {
        signIn(Role.ADMIN);
        for (Map.Entry<String, Page> each : Map.of("plan", PLAN, "repairs", REPAIRS, "quarantine", QUARANTINE)
                .entrySet()) {
            for (String scheme : List.of("light", "dark")) {
                browser.show(1280, scheme);
                open(each.getValue());
                assertThat(browser.violations())
                        .as(each.getKey() + ", " + scheme)
                        .isEmpty();
                browser.screenshot(SHOTS.resolve("reconciliation-" + each.getKey() + "-" + scheme + ".png"));
            }
            browser.show(360, "light");
            open(each.getValue());
            assertThat(scrollsSideways()).as(each.getKey() + " at 360 pixels").isEqualTo(false);
            browser.screenshot(SHOTS.resolve("reconciliation-" + each.getKey() + "-360.png"));
        }
        assertThat(refusedByPolicy()).isEmpty();
    }

    @Test
    void aPlanIsCarriedOutAfterItsNumberIsTyped() throws Exception {
        signIn(Role.ADMIN);
        open(PLAN);
        assertThat(row(NODE)).contains(" | 3 | 4 | 0 of 5 | yes | complete | ");
        assertThat(row(ReconciliationStates.UNKNOWN.text()))
                .contains("the object root is another one than before", "none");
        assertThat(row(ReconciliationStates.LEFT.text()))
                .contains("0 of 400", "needs an override", "400 of 1,000 copies are missing");
        click("Act");
        seen("The run looks again at 3 copy again, 4 add copy on 1 storage node");
        assertThat(browser.violations()).isEmpty();
        browser.screenshot(SHOTS.resolve("reconciliation-act.png"));
        browser.await("document.querySelector('dialog summary').click()");
        seen("rebalancer-adm reconcile act " + ReconciliationInMemory.PLAN
                + " --class copy-again --class add-copy --yes");
        assertThat(browser.text()).contains("/act", "{\"confirm\":true,\"classes\":[\"copy_again\",\"add_copy\"]}");
        browser.find("dialog input[name=typed]").sendKeys("8", Keys.ENTER);
        assertThat(browser.await(DIALOG_ACT + ".getAttribute('aria-disabled')")).isEqualTo("true");
        assertThat(RECONCILIATION.acted).isEmpty();
        browser.find("dialog input[name=typed]").sendKeys(Keys.BACK_SPACE, "7", Keys.ENTER);
        seen(REPAIRS.text());
        assertThat(browser.address()).endsWith("?run=" + ReconciliationInMemory.ACTING);
        assertThat(browser.text())
                .contains("repairs failed", "no file was moved, because 1 copies could not be repaired")
                .contains("copy again, add copy, quarantine");
        NewRepairs order = RECONCILIATION.acted.get(0);
        assertThat(order.classes()).containsExactlyInAnyOrder(Repair.COPY_AGAIN, Repair.ADD_COPY);
        assertThat(order.nodes()).isEmpty();
        assertThat(order.overridden()).isEmpty();
    }

    @Test
    void everyChoiceIsSent() throws Exception {
        signIn(Role.ADMIN);
        open(PLAN);
        check("input[name=quarantine]");
        check("input[name=add_copy]");
        await().until(() -> row(NODE).contains(" | 3 | 0 of 4 | 5 | "));
        check("input[aria-label='Override the breaker of " + ReconciliationStates.LEFT + "']");
        await().until(() -> whyActIsGrey().equals("Give the reason of the override."));
        browser.find("input[name=reason]").sendKeys("the disk was replaced");
        check("input[aria-label='Repair " + NODE + "']");
        await().until(() -> row(ReconciliationStates.LEFT.text()).contains(" | 400 | 0 | 0 | "));
        click("Act");
        seen("The run looks again at 400 copy again, 0 quarantine on 1 storage node");
        browser.await("document.querySelector('dialog summary').click()");
        seen("--class copy-again --class quarantine --node " + ReconciliationStates.LEFT + " --override-breaker "
                + ReconciliationStates.LEFT + " --reason 'the disk was replaced' --yes");
        browser.find("dialog input[name=typed]").sendKeys("7", Keys.ENTER);
        await().until(() -> RECONCILIATION.acted.size() == 1);
        NewRepairs order = RECONCILIATION.acted.get(0);
        assertThat(order.classes()).containsExactlyInAnyOrder(Repair.COPY_AGAIN, Repair.QUARANTINE);
        assertThat(order.nodes()).containsExactly(ReconciliationStates.LEFT);
        assertThat(order.overridden()).containsExactly(ReconciliationStates.LEFT);
    }

    @Test
    void onlyAnAdministratorActs() throws Exception {
        signIn(Role.OPERATOR);
        open(PLAN);
        assertThat(whyActIsGrey()).contains("needs the role admin", "operator");
        click("Act");
        assertThat(browser.await("!document.querySelector('dialog')")).isEqualTo(true);
        open(QUARANTINE);
        click("Restore");
        assertThat(browser.await("!document.querySelector('dialog')")).isEqualTo(true);
    }

    @Test
    void aFileIsRestoredAfterItsNameIsShown() throws Exception {
        signIn(Role.ADMIN);
        open(new Page(PAGE, "Quarantines"));
        browser.find("input[name=quarantine]").sendKeys(NODE, Keys.ENTER);
        seen("Files that lost their object's name");
        assertThat(browser.address()).endsWith("?quarantine=" + NODE);
        RECONCILIATION.restoreResult = Restore.NAME_TAKEN;
        click("Restore");
        seen("The file gets its name " + ReconciliationInMemory.OWNER);
        assertThat(RECONCILIATION.restored).isEmpty();
        browser.await("document.querySelector('dialog summary').click()");
        seen("rebalancer-adm reconcile restore " + NODE + " " + ReconciliationInMemory.ITEM);
        browser.await(DIALOG_ACT + ".click()");
        seen("QUARANTINE_NAME_TAKEN");
        RECONCILIATION.restoreResult = Restore.RESTORED;
        browser.await(DIALOG_ACT + ".click()");
        awaitNoDialog();
        assertThat(RECONCILIATION.restored).hasSize(2).containsOnly(NODE + " " + ReconciliationInMemory.ITEM);
    }

    @Test
    void aQuarantineIsHiddenFromViewers() throws Exception {
        signIn(Role.VIEWER);
        open(new Page(QUARANTINE.path(), "The list names owners and objects"));
        assertThat(browser.text()).doesNotContain(ReconciliationInMemory.OWNER.toString());
        assertThat(RECONCILIATION.queries).noneMatch(each -> each.startsWith("quarantine"));
    }
}
