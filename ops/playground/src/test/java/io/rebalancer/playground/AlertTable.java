package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.monitoring.Prometheus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.core.ConditionTimeoutException;

/**
 * What a Prometheus has shown about each alert: that it was quiet before its fault, fired while the fault lasted, and was quiet
 * again after its end. In each of the steps no other alert fired.
 */
final class AlertTable {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    /** The disk of the machine that runs the tests decides about them. */
    static final Set<String> OF_THE_DISK = Set.of(
            "RebalancerLogSlow",
            "RebalancerLogOldEntries",
            "RebalancerLogQueued",
            "RebalancerLogBackpressure",
            "RebalancerLogThrottled");

    private final Prometheus prometheus;
    private final List<String> rows = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Set<String> shown = new TreeSet<>();

    AlertTable(Prometheus prometheus) {
        this.prometheus = prometheus;
    }

    /** A part of a step: it makes a fault, or ends it. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    private static Set<String> withoutDisk(Set<String> alerts) {
        Set<String> others = new TreeSet<>(alerts);
        others.removeAll(OF_THE_DISK);
        return others;
    }

    /** Waits until no alert fires. */
    void awaitQuiet() {
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(
                        () -> assertThat(withoutDisk(prometheus.firingAlerts())).isEmpty());
    }

    /** As {@link #step(Map, Set, Action, Action)}, with no further alert. */
    void step(Map<String, String> faults, Action make, Action end) throws Exception {
        step(faults, Set.of(), make, end);
    }

    /**
     * Makes faults, waits until their alerts have fired, ends the faults, and waits until no alert fires. What is not so is kept
     * for {@link #failures}, so that the other steps show their alerts too.
     *
     * @param faults what the test did, in words, by the name of the alert for it
     * @param further alerts that the faults may cause too; no others may fire
     */
    void step(Map<String, String> faults, Set<String> further, Action make, Action end) throws Exception {
        awaitQuiet();
        Instant start = Instant.now();
        make.run();
        Map<String, Duration> fired = new TreeMap<>();
        try {
            await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(500)).until(() -> {
                withoutDisk(prometheus.firingAlerts())
                        .forEach(alert -> fired.putIfAbsent(alert, Duration.between(start, Instant.now())));
                return fired.keySet().containsAll(faults.keySet());
            });
        } catch (ConditionTimeoutException e) {
            failures.add("not all of " + faults.keySet() + " fired, only " + fired.keySet());
        }
        Instant ended = Instant.now();
        end.run();
        awaitQuiet();
        Duration quiet = Duration.between(ended, Instant.now());
        Set<String> others = withoutDisk(prometheus.alertsThatFired(
                Duration.between(start, Instant.now()).toSeconds()));
        others.removeAll(faults.keySet());
        others.removeAll(further);
        if (!others.isEmpty()) {
            failures.add("also " + others + " fired with " + faults);
        }
        new TreeMap<>(faults).forEach((alert, fault) -> {
            Duration after = fired.get(alert);
            rows.add("| %s | %s | yes | %s | after %d s |"
                    .formatted(
                            alert,
                            fault,
                            after == null ? "no" : "after " + after.toSeconds() + " s",
                            quiet.toSeconds()));
            if (after != null) {
                shown.add(alert);
            }
        });
    }

    /** What was not as it has to be. */
    List<String> failures() {
        return failures;
    }

    /** The alerts that fired. */
    Set<String> shown() {
        return shown;
    }

    /** The table as Markdown. */
    String text() {
        return "| alert | fault | quiet before | fired | quiet again |\n|---|---|---|---|---|\n"
                + String.join("\n", rows);
    }
}
