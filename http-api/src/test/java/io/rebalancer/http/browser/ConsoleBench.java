package io.rebalancer.http.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.http.ApiServer;
import io.rebalancer.http.HistoryInMemory;
import io.rebalancer.http.NodesInMemory;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.testsupport.Browser;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The console with 1,000 storage nodes, 200 jobs and 100,000 exceptions, while every job has events: when a page has its content,
 * how long a click takes, and whether the heap of a tab grows. {@code make bench-console} runs it on a quiet machine.
 */
@EnabledIfSystemProperty(named = "console.bench.events", matches = "[0-9]+")
@Tag("slow")
@Tag("external")
class ConsoleBench {
    /** Updates of jobs that the tab gets while its heap is watched. In 30 minutes, 200 jobs with an update in 4 s have 90,000. */
    private static final long EVENTS = Long.getLong("console.bench.events", 90_000);

    private static final int NODES = 1000;
    private static final int JOBS = 200;
    private static final int EXCEPTIONS = 100_000;
    /** As often as the stream sends those of one job. */
    private static final Duration TICK = Duration.ofMillis(250);

    private static final double MEBIBYTE = 1024 * 1024;
    private static final double MAX_GROWTH_MIB = 4;
    private static final String JOB = "/console/jobs/" + ApiServer.RUNNING;

    private static final AtomicLong sent = new AtomicLong();
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        NodesInMemory.further = NODES - 3;
        HistoryInMemory.jobs = JOBS;
        HistoryInMemory.exceptions = EXCEPTIONS;
        ApiServer.start(new LegacySettings(0, false));
        List<JobUpdate> steps = ApiServer.updates();
        ApiServer.FLEET_EVENTS.load = Optional.of(Source.<FleetUpdate>single(
                        new FleetUpdate.Started(7, List.of(), Set.of(), Set.of()))
                .concat(Source.range(0, JOBS - 1)
                        .map(job -> update(job, steps.get(0).asStart())))
                .concat(Source.tick(TICK, TICK, "")
                        .zipWithIndex()
                        .mapConcat(tick -> all(steps.get((int) Math.min(tick.second() + 1, steps.size() - 1))))));
        browser = new Browser();
        browser.show(1280, "light");
    }

    private static List<FleetUpdate> all(JobUpdate step) {
        return IntStream.range(0, JOBS).mapToObj(job -> update(job, step)).toList();
    }

    private static FleetUpdate update(int job, JobUpdate update) {
        sent.incrementAndGet();
        return new FleetUpdate.OfJob(10 + job, new UUID(0, job), update);
    }

    @AfterAll
    static void stop() {
        browser.close();
        ApiServer.stop();
        ApiServer.FLEET_EVENTS.load = Optional.empty();
        NodesInMemory.further = 0;
        HistoryInMemory.jobs = 5;
        HistoryInMemory.exceptions = 5;
    }

    private static double milliseconds(String promise) {
        return Double.parseDouble(String.valueOf(browser.await(promise)));
    }

    /** Milliseconds from the begin of the navigation until the text is there. */
    private static double firstContent(String path, String text) {
        browser.open("http://127.0.0.1:" + ApiServer.port + path);
        return milliseconds("new Promise(done => { const look = () => document.body.innerText.includes('" + text
                + "') ? done(performance.now()) : requestAnimationFrame(look); look(); })");
    }

    /** Milliseconds from a click until the next frame is drawn. */
    private static double click(String selector) {
        return milliseconds(
                "new Promise(done => { const start = performance.now(); document.querySelector('" + selector
                        + "').click(); requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start))); })");
    }

    @Test
    void pagesAreFastAndATabDoesNotGrow() {
        Map<String, Double> content = new LinkedHashMap<>();
        content.put("overview", firstContent("/", " nodes, "));
        content.put("overview", firstContent("/", " nodes, "));
        content.put("jobs", firstContent("/console/jobs", "0.stor.d"));
        content.put("job", firstContent(JOB, "What holds it"));
        content.put("exceptions", firstContent(JOB + "?tab=exceptions", "/o/stor/0"));
        content.put("nodes", firstContent("/console/nodes", "10.stor.d"));
        content.put("cluster", firstContent("/console/cluster", "127.0.0.1:2551"));
        content.put("audit", firstContent("/console/audit", "Audit"));
        System.out.println("first content in ms: " + content);

        Map<String, Double> clicks = new LinkedHashMap<>();
        firstContent("/", " nodes, ");
        clicks.put("overview, open a summary of commands or a link", click("a[href=\"/console/jobs\"]"));
        firstContent(JOB, "What holds it");
        clicks.put("job, another tab", click("nav.tabs a:nth-child(2)"));
        clicks.put("job, a dialog", click("main .row button"));
        System.out.println("clicks in ms: " + clicks);

        firstContent("/", " nodes, ");
        awaitEvents(EVENTS / 10);
        double before = browser.heapBytes() / MEBIBYTE;
        long from = sent.get();
        awaitEvents(EVENTS);
        double after = browser.heapBytes() / MEBIBYTE;
        System.out.printf("heap of the tab: %.1f MiB, after %d events %.1f MiB%n", before, sent.get() - from, after);
        assertThat(after - before).as("growth of the heap in MiB").isLessThan(MAX_GROWTH_MIB);
    }

    private static void awaitEvents(long number) {
        long end = sent.get() + number;
        await().atMost(Duration.ofMinutes(20))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> sent.get() >= end);
    }
}
