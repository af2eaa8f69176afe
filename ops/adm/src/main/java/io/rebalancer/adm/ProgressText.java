package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;

/** How far a job is, as lines for people. */
final class ProgressText {

    private ProgressText() {}

    /** Prints an answer of {@code GET /api/v1/jobs/ID/progress}. */
    static void print(PrintWriter out, JsonNode found, Instant now) {
        out.println("job " + found.path("jobId").asText() + " is "
                + found.path("state").asText() + ", pass " + found.path("pass").asInt());
        JsonNode eta = found.path("eta");
        out.println("  end of the pass: "
                + (eta.has("p50")
                        ? "about " + Times.both(eta.path("p50").asText(), now) + ", nine times out of ten before "
                                + Times.both(eta.path("p90").asText(), now) + " ("
                                + eta.path("percentDone").asInt() + " % done)"
                        : eta.path("basis").asText()));
        if (eta.has("p50")) {
            out.println("    " + eta.path("basis").asText());
        }
        JsonNode rate = found.path("rate");
        out.println(String.format(
                Locale.ROOT,
                "  rate: %.1f records/s, %.1f MB/s over the last %.0f s of work",
                rate.path("recordsPerSecond").asDouble(),
                rate.path("bytesPerSecond").asDouble() / 1e6,
                rate.path("seconds").asDouble()));
        out.println("  moved: " + megabytes(found.path("bytesMoved")));
        out.println("  to copy: " + amount(found.path("stages").path("toCopy")));
        out.println("  to commit: " + amount(found.path("stages").path("toCommit")));
        for (JsonNode each : found.path("destinations")) {
            out.println("  " + each.path("storageNode").asText() + ": to copy " + amount(each.path("toCopy"))
                    + "; to commit " + amount(each.path("toCommit")));
        }
        for (JsonNode each : found.path("estimates")) {
            out.println("  at " + each.path("percentDone").asInt() + " % ("
                    + Times.both(each.path("madeAt").asText(), now)
                    + ") the end was estimated for "
                    + Times.both(each.path("p50").asText(), now) + ", at the latest "
                    + Times.both(each.path("p90").asText(), now)
                    + (each.has("endedAt")
                            ? "; it was " + Times.both(each.path("endedAt").asText(), now) + ", "
                                    + each.path("timesEstimated").asText() + " times the estimated time"
                            : ""));
        }
    }

    private static String amount(JsonNode amount) {
        return amount.path("records").asLong() + " records, " + megabytes(amount.path("bytes"));
    }

    private static String megabytes(JsonNode bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes.asLong() / 1e6);
    }
}
