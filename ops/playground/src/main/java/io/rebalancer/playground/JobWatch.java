package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.NodeRunner;
import io.rebalancer.playground.console.ByteSizes;
import io.rebalancer.playground.console.PlaygroundFault;
import io.rebalancer.playground.console.Terminal;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Follows a job until it ends, shows its progress, and runs the planned kills. */
final class JobWatch {
    private static final Set<String> TERMINAL_PHASES =
            Set.of("DONE", "DONE_WITH_EXCEPTIONS", "LIMIT_REACHED", "FAILED");
    private static final Duration REPLY_TIMEOUT = Duration.ofMinutes(3);
    private static final long POLL_INTERVAL_NANOS = 50_000_000;

    private final ManagerClient client;
    private final NodeRunner nodes;
    private final Optional<PlannedKills> plannedKills;
    private final Terminal terminal;
    private final String restartHint;

    /** @param restartHint line to show when a node has ended unexpectedly */
    JobWatch(
            ManagerClient client,
            NodeRunner nodes,
            Optional<PlannedKills> plannedKills,
            Terminal terminal,
            String restartHint) {
        this.client = client;
        this.nodes = nodes;
        this.plannedKills = plannedKills;
        this.terminal = terminal;
        this.restartHint = restartHint;
    }

    /**
     * Waits until the job is in a terminal phase.
     *
     * @param total number of records that the job is expected to settle
     * @return the job in its terminal phase
     */
    JsonNode awaitEnd(String jobId, long total) throws InterruptedException, PlaygroundFault {
        Instant start = Instant.now();
        Instant lastReply = start;
        while (true) {
            Optional<JsonNode> job = client.job(jobId);
            if (job.isPresent()) {
                lastReply = Instant.now();
                showProgress(job.get(), total, Duration.between(start, lastReply));
                if (hasEnded(job.get())) {
                    return job.get();
                }
                killDueNodes(job.get(), total);
            } else if (Duration.between(lastReply, Instant.now()).compareTo(REPLY_TIMEOUT) > 0) {
                throw new PlaygroundFault("no reply from a manager for " + REPLY_TIMEOUT.toMinutes()
                        + " minutes; look for the cause in the managers' logs in the logs directory");
            }
            nodes.takeEnded().forEach(end -> terminal.line("  " + end + "\n  " + restartHint));
            LockSupport.parkNanos(POLL_INTERVAL_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Whether the job is in a terminal phase. */
    static boolean hasEnded(JsonNode job) {
        return TERMINAL_PHASES.contains(job.path("state").asText());
    }

    /** Number of records that are discovered and not in flight. */
    static long settled(JsonNode job) {
        return job.path("discovered").asLong() - job.path("inFlight").asLong();
    }

    private void killDueNodes(JsonNode job, long total) throws InterruptedException, PlaygroundFault {
        if (plannedKills.isPresent()) {
            long inFlight = job.path("inFlight").asLong();
            for (KillRecord kill : plannedKills.get().killDueNodes(settled(job), inFlight, total)) {
                terminal.line("  kill -9 " + kill.node() + " (pid " + kill.pid() + ") at " + kill.settled()
                        + " records, " + kill.inFlight() + " in flight; restarted");
            }
        }
    }

    private void showProgress(JsonNode job, long total, Duration elapsed) {
        long settled = settled(job);
        double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
        double rate = settled / seconds;
        String remaining = rate < 1 || settled >= total
                ? ""
                : String.format(Locale.ROOT, "  ETA %.0f s", (total - settled) / rate);
        terminal.progress(String.format(
                Locale.ROOT,
                "  %,d of %,d records  %s  %.0f/s  pass %d%s",
                settled,
                total,
                ByteSizes.format(job.path("bytes").asLong()),
                rate,
                job.path("pass").asInt(),
                remaining));
    }
}
