package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;

/** What holds a job, as lines for people. */
final class BlockersText {

    private BlockersText() {}

    /** Prints an answer of {@code GET /api/v1/jobs/ID/blockers}. */
    static void print(PrintWriter out, JsonNode found) {
        out.println("job " + found.path("jobId").asText() + " is "
                + found.path("state").asText() + "; bottleneck: "
                + found.path("bottleneck").asText());
        out.println("  figures: " + found.path("figures").asText());
        out.println("  do: " + found.path("unblock").asText());
        if (found.path("blockers").isEmpty()) {
            out.println("nothing else holds the job");
        }
        int rank = 1;
        for (JsonNode each : found.path("blockers")) {
            out.println(rank++ + ". " + each.path("cause").asText() + " ("
                    + each.path("stage").asText() + ")"
                    + (each.has("since") ? " since " + each.path("since").asText() : "")
                    + (each.has("until") ? " until " + each.path("until").asText() : "") + ": "
                    + each.path("detail").asText());
            out.println("   do: " + each.path("unblock").asText());
        }
    }
}
