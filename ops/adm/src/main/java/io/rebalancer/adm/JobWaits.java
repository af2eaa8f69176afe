package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** What a job waits for, as lines for people. */
final class JobWaits {

    private JobWaits() {}

    /** Prints a line for each wait of {@code job}, an answer of {@code GET /api/v1/jobs/ID}. */
    static void print(PrintWriter out, JsonNode job) {
        for (JsonNode wait : job.path("waiting")) {
            out.println(wait.path("cause").asText() + " since "
                    + wait.path("since").asText()
                    + (wait.has("until") ? " until " + wait.path("until").asText() : "") + ": "
                    + wait.path("detail").asText());
        }
    }
}
