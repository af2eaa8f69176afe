package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;

/** What a job waits for, as lines for people. */
final class JobWaits {

    private JobWaits() {}

    /** Prints a line for each wait of {@code job}, an answer of {@code GET /api/v1/jobs/ID}. */
    static void print(PrintWriter out, JsonNode job, Instant now) {
        for (JsonNode wait : job.path("waiting")) {
            out.println(wait.path("cause").asText() + " since "
                    + Times.both(wait.path("since").asText(), now)
                    + (wait.has("until")
                            ? " until " + Times.both(wait.path("until").asText(), now)
                            : "") + ": "
                    + wait.path("detail").asText());
        }
    }
}
