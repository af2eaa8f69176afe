package io.rebalancer.http.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.access.Role;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.FleetInMemory;
import io.rebalancer.http.HistoryInMemory;
import io.rebalancer.http.NodesInMemory;
import io.rebalancer.http.ReconciliationInMemory;
import io.rebalancer.http.TokensInMemory;
import io.rebalancer.http.console.ConsoleFiles;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The pages of the console in a real browser, with jobs in memory behind the API. */
@Tag("slow")
@Tag("external")
class ConsoleTest extends ConsoleInBrowser {
    private static final String JOB = "/console/jobs/" + ApiServer.RUNNING;
    private static final String RECONCILIATION_RUN = "/console/reconciliation?run=" + ReconciliationInMemory.RUN;
    /** Each page, and a text that it has when its data is there. */
    private static final Map<String, Page> PAGES = Map.ofEntries(
            Map.entry("overview", new Page("/", "2.stor.d")),
            Map.entry("jobs", new Page("/console/jobs", "0.stor.d")),
            Map.entry("create-job", new Page("/console/jobs/new", "A plan reads all metadata")),
            Map.entry("job", new Page(JOB, "What holds it")),
            Map.entry("job-exceptions", new Page(JOB + "?tab=exceptions", "/o/stor/0")),
            Map.entry("job-object", new Page(JOB + "?tab=object", "Enter an object")),
            Map.entry("job-settings", new Page(JOB + "?tab=settings", "commitParallelism")),
            Map.entry("job-events", new Page(JOB + "?tab=events", "Changes of state")),
            Map.entry("job-certificate", new Page(JOB + "?tab=certificate", "There is none")),
            Map.entry("nodes", new Page("/console/nodes", "3.stor.d")),
            Map.entry("node", new Page("/console/nodes/1.stor.d", "Save the certificate")),
            Map.entry("cluster", new Page("/console/cluster", "127.0.0.1:2551")),
            Map.entry("reconciliation", new Page("/console/reconciliation", "Run 7")),
            Map.entry(
                    "reconciliation-run",
                    new Page(RECONCILIATION_RUN, "Copies about which records and files disagree")),
            Map.entry("settings", new Page("/console/settings", "bytesPerSecond")),
            Map.entry("audit", new Page("/console/audit", "newest first")),
            Map.entry("tokens", new Page("/console/tokens", "Issue a token")),
            Map.entry("missing", new Page("/console/nothing", "The console has no page")));

    @Test
    void everyPageIsAccessibleAndKeepsThePolicy() throws Exception {
        open(new Page("/", "Sign in"));
        assertThat(browser.violations()).as("sign-in").isEmpty();
        browser.screenshot(SHOTS.resolve("sign-in-light.png"));
        signIn(Role.ADMIN);
        for (Map.Entry<String, Page> each : PAGES.entrySet()) {
            for (String scheme : List.of("light", "dark")) {
                browser.show(1280, scheme);
                open(each.getValue());
                assertThat(browser.violations())
                        .as(each.getKey() + ", " + scheme)
                        .isEmpty();
                browser.screenshot(SHOTS.resolve(each.getKey() + "-" + scheme + ".png"));
            }
            browser.show(360, "light");
            open(each.getValue());
            assertThat(scrollsSideways()).as(each.getKey() + " at 360 pixels").isEqualTo(false);
            browser.screenshot(SHOTS.resolve(each.getKey() + "-360.png"));
        }
        assertThat(refusedByPolicy()).isEmpty();
        browser.await("document.querySelector('main').append(document.createElement('img'))");
        assertThat(browser.violations()).as("what a page without a fault lacks").hasSize(1);
    }

    @Test
    void hostileTextIsShownAsText() throws Exception {
        HistoryInMemory.hostileText =
                "<img src=x onerror=alert(1)><script>alert(2)</script>&amp;\u202Egnp.exe \uD83D\uDE80${1}"
                        + "x".repeat(4096);
        NodesInMemory.hostileText = HistoryInMemory.hostileText.substring(0, 200);
        signIn(Role.VIEWER);
        for (String path : List.of(JOB + "?tab=exceptions", "/", "/console/nodes", "/console/nodes/2.stor.d")) {
            for (int width : List.of(1280, 360)) {
                browser.show(width, "light");
                open(new Page(path, "<script>alert(2)</script>&amp;"));
                assertThat(browser.await("document.querySelectorAll('main img, main script').length"))
                        .as(path)
                        .isEqualTo(0L);
                assertThat(scrollsSideways()).as(path + " at " + width).isEqualTo(false);
            }
        }
        assertThat(refusedByPolicy()).isEmpty();
    }

    @Test
    void aJobIsPausedByKeyboardAlone() throws Exception {
        signIn(Role.OPERATOR);
        open(new Page(JOB, "What holds it"));
        // The heading has the focus; the actions follow the link to the storage node.
        for (int i = 0; i < 10 && !browser.focused().equals("Pause"); i++) {
            browser.press(Keys.TAB);
        }
        assertThat(browser.focused()).isEqualTo("Pause");
        browser.press(Keys.ENTER);
        seen("every agent has confirmed");
        assertThat(browser.text()).contains("The same from a terminal");
        assertThat(ApiServer.performed.get()).isZero();
        browser.press(Keys.ENTER);
        await().until(() -> ApiServer.performed.get() == 1);
        browser.press(Keys.TAB);
        await().until(() -> Boolean.TRUE.equals(browser.await("!document.querySelector('dialog')")));
    }

    @Test
    void whatARoleMayNotDoIsGreyWithItsReason() throws Exception {
        signIn(Role.VIEWER);
        open(new Page(JOB, "What holds it"));
        String pause = "[...document.querySelectorAll('main button')].find(each => each.textContent === 'Pause')";
        assertThat(browser.await(pause + ".getAttribute('aria-disabled')")).isEqualTo("true");
        assertThat(browser.await(pause + ".title")).asString().contains("role operator", "viewer");
        browser.await(pause + ".click()");
        assertThat(browser.await("!document.querySelector('dialog')")).isEqualTo(true);
        assertThat(browser.text()).doesNotContain("Tokens");
    }

    @Test
    void aRefusalOfTheManagerIsShownAndNothingIsLost() throws Exception {
        signIn(Role.OPERATOR);
        open(new Page("/console/nodes/2.stor.d", "Recommission"));
        browser.await(
                "[...document.querySelectorAll('main button')].find(b => b.textContent === 'Recommission').click()");
        seen("receives copies again");
        browser.await("document.querySelector('dialog button[type=submit]').click()");
        seen("a job empties 2.stor.d");
        assertThat(browser.text()).contains("ILLEGAL_NODE_STATE");
    }

    @Test
    void aFilterIsPartOfTheAddressAndSurvivesAReload() throws Exception {
        signIn(Role.VIEWER);
        open(new Page("/console/jobs", "0.stor.d"));
        browser.find("input[name=node]").sendKeys("4.stor.d", Keys.ENTER);
        await().until(() ->
                browser.text().contains("4.stor.d") && !browser.text().contains("0.stor.d"));
        assertThat(browser.address()).endsWith("/console/jobs?node=4.stor.d");
        open(new Page("/console/jobs?node=4.stor.d", "4.stor.d"));
        assertThat(browser.text()).doesNotContain("0.stor.d");
    }

    @Test
    void theThroughputOfAJobBeginsBeforeThePageWasOpened() throws Exception {
        HistoryInMemory.ratesBegin = TokensInMemory.START.minus(Duration.ofHours(5));
        signIn(Role.VIEWER);
        open(new Page(JOB, "1 min for each point"));
        assertThat(browser.text()).contains("of 60 steps", "2,400 records");
        seenElement("figure.chart-figure .chart canvas");
        assertThat(shownWindow()).isEqualTo("1 h");
        browser.await(
                "[...document.querySelectorAll('#throughput ~ nav a')].find(a => a.textContent === '15 min').click()");
        seen("of 15 steps");
        assertThat(browser.address()).endsWith(JOB + "?window=15m");
        assertThat(commandOfChart()).contains("job rates " + ApiServer.RUNNING + " --window 15m");

        for (String scheme : List.of("light", "dark")) {
            browser.show(1280, scheme);
            open(new Page(JOB + "?tab=progress&window=all", "5 min for each point"));
            assertThat(shownWindow()).isEqualTo("All");
            browser.await("document.querySelector('section[aria-labelledby=throughput] input[type=checkbox]').click()");
            seen("Throughput, the latest first");
            assertThat(
                            browser.await(
                                    "document.querySelectorAll('section[aria-labelledby=throughput] table:not(.u-legend) tbody tr').length"))
                    .isEqualTo(20L);
            assertThat(browser.violations()).as(scheme).isEmpty();
            browser.screenshot(SHOTS.resolve("job-throughput-" + scheme + ".png"));
        }
        assertThat(commandOfChart()).doesNotContain("--window");
        browser.show(360, "light");
        open(new Page(JOB + "?window=6h", "5 min for each point"));
        assertThat(scrollsSideways()).isEqualTo(false);
        assertThat(refusedByPolicy()).isEmpty();
    }

    private static Object shownWindow() {
        return browser.await(
                "document.querySelector('section[aria-labelledby=throughput] nav [aria-current]').textContent");
    }

    private static String commandOfChart() {
        return String.valueOf(browser.await(
                "document.querySelector('section[aria-labelledby=throughput] .commands code').textContent"));
    }

    private static void seenElement(String selector) {
        await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> browser.await("document.querySelectorAll('" + selector + "').length"),
                        Long.valueOf(1)::equals);
    }

    /** The clock of the browser is 100 s ahead of the manager's. The stream began before the last step, or after it. */
    @Test
    void theEventStreamContinuesTheHistory() throws Exception {
        signIn(Role.VIEWER);
        open(new Page(JOB, "Throughput"));
        String module = "import('/console/assets/" + ConsoleFiles.read().digest() + "/pages/job/throughput.js')";
        String state = "{skew: 100, ended: false, found: {stepSeconds: 60, to: '1970-01-01T00:02:30Z', steps: ["
                + "{at: '1970-01-01T00:01:00Z', seconds: 60, relocated: 120, bytes: 600},"
                + "{at: '1970-01-01T00:02:00Z', seconds: 30, relocated: 90, bytes: 30}]}}";
        String call = module + ".then(m => JSON.stringify(m.joined(" + state + ", %s)))";
        assertThat(
                        browser.await(
                                call.formatted(
                                        "{times: [210000, 220000, 230000, 240000, 245000], records: [0, 9, 19, 29, 79], bytes: [0, 0, 5, 5, 5]}")))
                .as("the samples replace the average of the last step")
                .isEqualTo("[[120,130,140,145],[2,1,1,10],[10,0.5,0,0]]");
        assertThat(browser.await(
                        call.formatted("{times: [245000, 255000, 265000], records: [0, 9, 29], bytes: [0, 0, 20]}")))
                .as("the samples continue the average of the last step")
                .isEqualTo("[[120,150,155,165],[2,3,0.9,2],[10,1,0,2]]");
        assertThat(browser.await(call.formatted("undefined"))).isEqualTo("[[120,150],[2,3],[10,1]]");
        String sum = module + ".then(m => JSON.stringify(m.moved(" + state + ", %s)))";
        assertThat(browser.await(sum.formatted(
                        "{times: [240000, 249000, 265000], records: [100, 109, 129], bytes: [0, 0, 20]}")))
                .as("the history was read at 250 s by the clock of the browser")
                .isEqualTo("{\"records\":230,\"bytes\":650}");
        assertThat(browser.await(sum.formatted("undefined"))).isEqualTo("{\"records\":210,\"bytes\":630}");
    }

    @Test
    void hostileTextOfAFindingIsShownAsText() throws Exception {
        ApiServer.RECONCILIATION.detail =
                "<img src=x onerror=alert(1)><script>alert(2)</script>&amp;\u202Egnp.exe" + "x".repeat(400);
        signIn(Role.OPERATOR);
        for (int width : List.of(1280, 360)) {
            browser.show(width, "light");
            open(new Page(RECONCILIATION_RUN, "<script>alert(2)</script>&amp;"));
            assertThat(browser.await("document.querySelectorAll('main img, main script').length"))
                    .isEqualTo(0L);
            assertThat(scrollsSideways()).as("at " + width).isEqualTo(false);
        }
        assertThat(refusedByPolicy()).isEmpty();
    }

    @Test
    void findingsAreFilteredInTheAddressAndHiddenFromViewers() throws Exception {
        signIn(Role.OPERATOR);
        open(new Page(RECONCILIATION_RUN + "&kind=size_mismatch", "size mismatch"));
        seen("Copies about which records and files disagree");
        assertThat(browser.await("document.querySelectorAll('section[aria-labelledby=findings] tbody tr').length"))
                .isEqualTo(1L);
        assertThat(browser.await("document.querySelector('section[aria-labelledby=findings] code').textContent"))
                .asString()
                .contains("reconcile findings " + ReconciliationInMemory.RUN + " --kind size_mismatch");
        assertThat(browser.text()).contains("node identity mismatch", "coverage incomplete", "not complete");
        ApiServer.SESSIONS.reset();
        signIn(Role.VIEWER);
        open(new Page(RECONCILIATION_RUN, "Findings name owners and objects"));
        assertThat(browser.text()).doesNotContain(ReconciliationInMemory.OWNER.toString());
    }

    @Test
    void aRunBeginsAfterItsEffectIsShown() throws Exception {
        signIn(Role.OPERATOR);
        open(new Page("/console/reconciliation", "Run 7"));
        browser.find("input[name=nodes]").sendKeys("1.stor.d, 2.stor.d");
        browser.await("[...document.querySelectorAll('main button')].find(b => b.textContent === 'Begin').click()");
        seen("lists the files of 1.stor.d, 2.stor.d");
        assertThat(browser.await("document.querySelector('dialog pre').textContent"))
                .asString()
                .contains("reconcile run --mode observe --node 1.stor.d --node 2.stor.d");
        assertThat(ApiServer.RECONCILIATION.begun).isEmpty();
        browser.await("document.querySelector('dialog button[type=submit]').click()");
        seen("Metadata shards");
        assertThat(ApiServer.RECONCILIATION.begun).hasSize(1);
        assertThat(browser.address()).endsWith("?run=" + ReconciliationInMemory.RUN);
        browser.await("[...document.querySelectorAll('main button')].find(b => b.textContent === 'Cancel').click()");
        seen("What it found so far stays");
        browser.await("document.querySelector('dialog button[type=submit]').click()");
        await().until(() -> ApiServer.RECONCILIATION.cancelledBy.size() == 1);
    }

    @Test
    void anEndedSessionLeadsToTheSignIn() throws Exception {
        signIn(Role.VIEWER);
        ApiServer.SESSIONS.reset();
        browser.await("document.querySelector('a[href=\"/console/nodes\"]').click()");
        seen("Sign in");
    }

    /** The manager drops the first stream, and the second one ends. */
    @Test
    void aStreamThatFailsTwiceIsOpenedAgain() throws Exception {
        AtomicInteger streams = new AtomicInteger();
        Source<FleetUpdate, NotUsed> start = Source.<FleetUpdate>single(
                        new FleetUpdate.Started(7, List.of(), Set.of(), Set.of()))
                .concat(Source.single(new FleetUpdate.OfJob(
                        5, FleetInMemory.FIRST, ApiServer.updates().get(10).asStart())));
        ApiServer.FLEET_EVENTS.load = Optional.of(Source.lazySource(() -> start.concat(
                        switch (streams.incrementAndGet()) {
                            case 1 -> Source.failed(new JobFeed.SubscriberDropped("too slow"));
                            case 2 -> Source.empty();
                            default -> Source.never();
                        }))
                .mapMaterializedValue(lazy -> NotUsed.getInstance()));
        signIn(Role.VIEWER);
        seen("reconnecting, as of");
        await().atMost(Duration.ofSeconds(60)).until(() -> streams.get() == 3);
        seen("live\nOverview");
        seen("Jobs that have not ended");
    }

    /** Browsers allow six connections to a host over all tabs. A tab that takes over from a closed one has all events too. */
    @Test
    void allTabsShareOneEventStream() throws Exception {
        AtomicInteger streams = new AtomicInteger();
        JobUpdate job = ApiServer.updates().get(10).asStart();
        ApiServer.FLEET_EVENTS.load = Optional.of(
                Source.<FleetUpdate>single(new FleetUpdate.Started(7, List.of(), Set.of(), Set.of()))
                        .concat(Source.single(new FleetUpdate.OfJob(5, FleetInMemory.FIRST, job)))
                        .concat(Source.never())
                        .mapMaterializedValue(same -> {
                            streams.incrementAndGet();
                            return same;
                        }));
        signIn(Role.VIEWER);
        seen("live\nOverview");
        int first = streams.get();
        browser.openTab("http://127.0.0.1:" + ApiServer.port + "/");
        seen("live\nOverview");
        seen("Jobs that have not ended");
        assertThat(streams).hasValue(first);
        browser.closeOtherTabs();
        await().until(() -> streams.get() == first + 1);
        seen("live\nOverview");
    }
}
