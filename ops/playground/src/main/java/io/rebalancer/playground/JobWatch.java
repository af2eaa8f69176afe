package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.NodeRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Follows a job to its end, shows how far it is, and lets the crash do its part. */
final class JobWatch {
    private static final Set<String> ENDED = Set.of("DONE", "DONE_WITH_EXCEPTIONS", "FAILED");
    private static final Duration MAX_SILENCE = Duration.ofMinutes(3);
    private static final long POLL_NANOS = 50_000_000;

    private final ManagerClient client;
    private final NodeRunner nodes;
    private final Optional<PlannedKills> crash;
    private final Terminal terminal;
    private final String restartHint;

    JobWatch(
            ManagerClient client,
            NodeRunner nodes,
            Optional<PlannedKills> crash,
            Terminal terminal,
            String restartHint) {
        this.client = client;
        this.nodes = nodes;
        this.crash = crash;
        this.terminal = terminal;
        this.restartHint = restartHint;
    }

    /** @param total records that the job is expected to settle */
    JsonNode toTheEnd(String jobId, long total) throws InterruptedException, PlaygroundFault {
        Instant began = Instant.now();
        Instant heard = began;
        while (true) {
            Optional<JsonNode> job = client.job(jobId);
            if (job.isPresent()) {
                heard = Instant.now();
                show(job.get(), total, Duration.between(began, heard));
                if (ENDED.contains(job.get().path("state").asText())) {
                    return job.get();
                }
                kill(job.get(), total);
            } else if (Duration.between(heard, Instant.now()).compareTo(MAX_SILENCE) > 0) {
                throw new PlaygroundFault("the manager has not answered for " + MAX_SILENCE.toMinutes()
                        + " minutes; its log is in the logs directory");
            }
            nodes.ended().forEach(end -> terminal.line("  " + end + "\n  " + restartHint));
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void kill(JsonNode job, long total) throws InterruptedException, PlaygroundFault {
        if (crash.isPresent()) {
            long inFlight = job.path("inFlight").asLong();
            for (PlannedKills.Kill kill : crash.get().due(settled(job), inFlight, total)) {
                terminal.line("  kill -9 " + kill.node() + " (pid " + kill.pid() + ") at " + kill.settled()
                        + " records, " + kill.inFlight() + " in flight; started again");
            }
        }
    }

    private static long settled(JsonNode job) {
        return job.path("discovered").asLong() - job.path("inFlight").asLong();
    }

    private void show(JsonNode job, long total, Duration elapsed) {
        long settled = settled(job);
        double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
        double rate = settled / seconds;
        String left = rate < 1 || settled >= total
                ? ""
                : String.format(Locale.ROOT, "  ETA %.0f s", (total - settled) / rate);
        terminal.progress(String.format(
                Locale.ROOT,
                "  %,d of %,d objects  %s  %.0f/s  pass %d%s",
                settled,
                total,
                Sizes.text(job.path("bytes").asLong()),
                rate,
                job.path("pass").asInt(),
                left));
    }
}
