package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;

/** The explanation of an object, as lines for people. */
final class ExplanationText {

    private ExplanationText() {}

    /** Prints an answer of {@code GET /api/v1/jobs/ID/why}. */
    static void print(PrintWriter out, JsonNode explanation, Instant now) {
        JsonNode records = explanation.path("records");
        if (records.isEmpty()) {
            out.println(explanation.path("subject").asText() + ": no metadata record found");
            explanation.path("deleted").forEach(each -> {
                out.println("  a deleted record on shard " + each.path("shard").asText());
                printAttempts(out, each.path("attempts"), each.path("attempts").size(), now);
            });
            printLine(out, "next", explanation, "next");
            printLine(out, "do", explanation, "unblock");
        }
        records.forEach(each -> printRecord(out, each, now));
        explanation
                .path("unknownShards")
                .forEach(each -> out.println("shard " + each.path("shard").asText() + " gave no answer: "
                        + each.path("reason").asText()));
    }

    private static void printRecord(PrintWriter out, JsonNode record, Instant now) {
        out.println(record.path("key").asText() + " on shard "
                + record.path("shard").asText() + ": " + record.path("status").asText());
        JsonNode current = record.path("now");
        if (!current.isMissingNode()) {
            out.println("  object " + current.path("objectId").asText() + ", "
                    + current.path("bytes").asText() + " bytes, MD5 "
                    + current.path("md5").asText() + ", etag "
                    + current.path("etag").asText());
            current.path("copies")
                    .forEach(copy ->
                            out.println("  copy on " + copy.path("storageNode").asText() + " ("
                                    + copy.path("datacenter").asText() + ")"));
        }
        printLine(out, "fault", record, "fault");
        JsonNode inFlight = record.path("inFlight");
        if (!inFlight.isMissingNode()) {
            out.println("  in flight to "
                    + inFlight.path("destination").path("storageNode").asText() + ", "
                    + inFlight.path("state").asText()
                    + (inFlight.has("since")
                            ? ", since " + Times.both(inFlight.path("since").asText(), now)
                            : "") + ", assignment "
                    + inFlight.path("assignmentId").asText());
        }
        printAttempts(out, record.path("attempts"), record.path("attemptCount").asInt(), now);
        printLine(out, "rule", record, "rule");
        String at = record.has("nextAt")
                ? " (at " + Times.both(record.path("nextAt").asText(), now) + ")"
                : "";
        out.println("  next: " + record.path("next").asText() + at);
        printLine(out, "do", record, "unblock");
    }

    private static void printAttempts(PrintWriter out, JsonNode attempts, int all, Instant now) {
        for (JsonNode each : attempts) {
            out.println("  attempt in pass " + each.path("pass").asText()
                    + (each.has("at") ? " at " + Times.both(each.path("at").asText(), now) : "")
                    + (each.has("storageNode")
                            ? " to " + each.path("storageNode").asText()
                            : "") + ": "
                    + each.path("reason").asText() + ": " + each.path("detail").asText());
        }
        if (all > attempts.size()) {
            out.println("  and " + (all - attempts.size()) + " earlier attempts");
        }
    }

    private static void printLine(PrintWriter out, String label, JsonNode node, String member) {
        if (node.has(member)) {
            out.println("  " + label + ": " + node.path(member).asText());
        }
    }
}
