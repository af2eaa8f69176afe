package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * An order to a job that agents have to confirm.
 *
 * @param action the word of the HTTP API, such as {@code pause}
 * @param reached the state of the job once every agent has confirmed
 */
record JobOrder(ManagerApiClient manager, String id, String action, String reached) {
    private static final Duration INTERVAL = Duration.ofMillis(200);

    /** Gives the order. Returns the job once it has been carried out, or as it is after {@code timeout}. */
    JsonNode carryOut(Duration timeout) throws CommandFailed, InterruptedException {
        String path = "/api/v1/jobs/" + id;
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        JsonNode job = ManagerApiClient.json(manager.post(path + "/" + action, ""));
        while (!isCarriedOut(job) && System.nanoTime() < deadlineNanos) {
            Thread.sleep(INTERVAL.toMillis());
            job = ManagerApiClient.json(manager.get(path));
        }
        return job;
    }

    /** Whether every agent has confirmed. */
    boolean isCarriedOut(JsonNode job) {
        return job.path("state").asText().equals(reached);
    }
}
