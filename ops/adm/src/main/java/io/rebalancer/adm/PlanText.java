package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Plans as readable lines. */
final class PlanText {
    private static final int MAX_SHOWN = 50;
    private static final long MIB = 1L << 20;

    private PlanText() {}

    /** The table of {@code GET /api/v1/plans}. */
    static Table table(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .text("PLAN", "id")
                .text("STATE", plan -> Figures.words(plan.path("state").asText()))
                .number("OBJECTS", "objects")
                .number("SIZE", plan -> Figures.bytes(plan.path("bytes").asLong()))
                .text("EXPIRES", plan -> Times.minute(plan.path("expiresAt").asText("-")))
                .text("IN", plan -> Times.age(plan.path("expiresAt").asText(), now))
                .note(plan ->
                        names(plan.path("storageNodes")) + (plan.path("whatIf").asBoolean() ? " (what-if)" : ""));
    }

    /**
     * The plan: the result first, then the violations, what can't be moved, and the destinations.
     *
     * @param plan the response of {@code GET /api/v1/plans/ID}
     */
    static List<String> of(JsonNode plan, Instant now) {
        JsonNode found = plan.path("found");
        List<String> lines = new ArrayList<>();
        lines.add("plan " + plan.path("id").asText() + " for " + names(plan.path("storageNodes"))
                + (plan.path("whatIf").asBoolean() ? " (what-if)" : "") + " is "
                + plan.path("state").asText()
                + (plan.has("expiresAt")
                        ? "; it expires at " + Times.both(plan.path("expiresAt").asText(), now)
                        : ""));
        String scenario = scenario(plan.path("scenario"));
        if (!scenario.isEmpty()) {
            lines.add("scenario:    " + scenario);
        }
        if (plan.has("note")) {
            lines.add("note:        " + plan.path("note").asText());
        }
        lines.add("to move:     " + found.path("objects").asLong() + " objects, "
                + mib(found.path("bytes").asLong()) + " MiB, of "
                + found.path("records").asLong() + " records in "
                + found.path("shards").size() + " metadata shards");
        lines.add("duration:    " + duration(found.path("duration")));
        lines.add("violations:  " + violations(found.path("violations")));
        if (found.has("objectsBelowTwoCopies")) {
            lines.add("copies left: " + found.path("objectsBelowTwoCopies").asLong()
                    + " objects have fewer than two copies outside the lost datacenters");
        }
        addUnmovable(lines, found.path("unmovable"));
        addDestinations(lines, found);
        addShards(lines, found.path("shards"));
        return lines;
    }

    private static String scenario(JsonNode scenario) {
        List<String> parts = new ArrayList<>();
        if (!scenario.path("lostDatacenters").isEmpty()) {
            parts.add("lost datacenters " + names(scenario.path("lostDatacenters")));
        }
        if (scenario.has("maxFillPercent")) {
            parts.add("fill ceiling " + scenario.path("maxFillPercent").asInt() + " %");
        }
        if (scenario.has("seed")) {
            parts.add("seed " + scenario.path("seed").asLong());
        }
        return String.join("; ", parts);
    }

    private static String duration(JsonNode band) {
        String basis = band.path("basis").asText();
        return band.has("shortestSeconds")
                ? text(band.path("shortestSeconds").asLong()) + " to "
                        + text(band.path("longestSeconds").asLong()) + ", from " + basis
                : basis;
    }

    private static String text(long seconds) {
        Duration duration = Duration.ofSeconds(seconds);
        return duration.toHours() > 0
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }

    private static String violations(JsonNode violations) {
        return violations.path("objectsInOtherDatacenter").asLong() + " objects change their datacenter, "
                + violations.path("objectsSharingDatacenter").asLong() + " share one afterwards, "
                + violations.path("destinationsAboveCeiling").asLong() + " destinations exceed the fill ceiling";
    }

    private static void addUnmovable(List<String> lines, JsonNode unmovable) {
        if (unmovable.isEmpty()) {
            lines.add("can't move:  no record");
            return;
        }
        for (JsonNode reason : unmovable) {
            lines.add("can't move:  " + reason.path("records").asLong() + " records: "
                    + reason.path("reason").asText());
            JsonNode example = reason.path("examples").path(0);
            if (!example.isMissingNode()) {
                lines.add("             such as " + example.path("key").asText() + " in shard "
                        + example.path("shard").asInt() + ": "
                        + example.path("detail").asText());
            }
        }
    }

    private static void addDestinations(List<String> lines, JsonNode found) {
        if (found.has("peakFillPercent")) {
            lines.add("peak fill:   " + found.path("peakFillPercent").asInt() + " %");
        }
        if (found.path("destinations").isEmpty()) {
            return;
        }
        lines.add(String.format("%-40s %-12s %12s %14s  %s", "DESTINATION", "DATACENTER", "OBJECTS", "MIB", "FILL"));
        int shown = Math.min(found.path("destinations").size(), MAX_SHOWN);
        int more = found.path("unlistedDestinations").asInt()
                + found.path("destinations").size()
                - shown;
        for (int index = 0; index < shown; index++) {
            JsonNode each = found.path("destinations").path(index);
            lines.add(String.format(
                    "%-40s %-12s %12d %14d  %s",
                    each.path("storageNode").asText(),
                    each.path("datacenter").asText(),
                    each.path("objects").asLong(),
                    mib(each.path("bytes").asLong()),
                    each.has("fillPercentAfter")
                            ? each.path("fillPercentBefore").asInt() + " % -> "
                                    + each.path("fillPercentAfter").asInt() + " %"
                            : "unknown"));
        }
        if (more > 0) {
            lines.add("and " + more + " further destinations; GET /api/v1/plans/ID lists up to 1,000");
        }
    }

    private static void addShards(List<String> lines, JsonNode shards) {
        if (!shards.isEmpty()) {
            lines.add("records by shard: "
                    + StreamSupport.stream(shards.spliterator(), false)
                            .limit(MAX_SHOWN)
                            .map(each -> each.path("shard").asInt() + ": "
                                    + each.path("records").asLong())
                            .collect(Collectors.joining(", "))
                    + (shards.size() > MAX_SHOWN ? ", ..." : ""));
        }
    }

    private static String names(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(", "));
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }
}
