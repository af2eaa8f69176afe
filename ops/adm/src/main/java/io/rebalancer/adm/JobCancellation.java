package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** Cancels a job and waits until every agent has acknowledged that nothing is written for it. */
final class JobCancellation {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final ManagerApiClient manager;
    private final String path;

    /** @param id the job's id */
    JobCancellation(ManagerApiClient manager, String id) {
        this.manager = manager;
        this.path = "/api/v1/jobs/" + id;
    }

    /** Returns the job once it has ended, or as it is after {@code timeout}. */
    JsonNode cancel(Duration timeout) throws CommandFailed, InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        JsonNode job = ManagerApiClient.json(manager.post(path + "/cancel", ""));
        while (!hasEnded(job) && System.nanoTime() < deadlineNanos) {
            Thread.sleep(INTERVAL.toMillis());
            job = ManagerApiClient.json(manager.get(path));
        }
        return job;
    }

    static boolean hasEnded(JsonNode job) {
        return job.path("state").asText().equals("CANCELLED");
    }
}
