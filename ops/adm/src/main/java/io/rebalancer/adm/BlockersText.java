package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;

/** What holds a job, as lines for people. */
final class BlockersText {

    private BlockersText() {}

    /** Prints an answer of {@code GET /api/v1/jobs/ID/blockers}. */
    static void print(PrintWriter out, JsonNode found, Instant now) {
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
                    + (each.has("since")
                            ? " since " + Times.both(each.path("since").asText(), now)
                            : "")
                    + (each.has("until")
                            ? " until " + Times.both(each.path("until").asText(), now)
                            : "") + ": "
                    + each.path("detail").asText());
            out.println("   do: " + each.path("unblock").asText());
        }
    }
}
