package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Runs of reconciliation as readable lines. */
final class ReconcileText {
    static final String NO_RUNS = "no run was ordered yet; " + LegacyUsage.PROGRAM + " reconcile run begins one";
    static final String NO_FINDINGS = "no such findings";

    private static final String FINISHED = "FINISHED";
    private static final String ABORTED = "ABORTED";

    private ReconcileText() {}

    /** Whether the run, an answer of {@code GET /api/v1/reconciliation/runs/ID}, has ended. */
    static boolean hasEnded(JsonNode run) {
        String phase = run.path("phase").asText();
        return phase.equals(FINISHED) || phase.equals(ABORTED);
    }

    /** How a run ended; {@link ExitCode#DONE} while it works. */
    static ExitCode exitCode(JsonNode run) {
        return switch (run.path("phase").asText()) {
            case ABORTED -> ExitCode.FAILURE;
            case FINISHED ->
                (RepairText.acts(run) ? RepairText.isClean(run) : isClean(run)) ? ExitCode.DONE : ExitCode.EXCEPTIONS;
            default -> ExitCode.DONE;
        };
    }

    private static boolean isClean(JsonNode run) {
        return run.path("metadataComplete").asBoolean()
                && run.path("left").isEmpty()
                && total(run).isEmpty()
                && unknown(run) == 0;
    }

    /** Findings of all storage nodes, by kind. */
    private static Map<String, Long> total(JsonNode run) {
        Map<String, Long> total = new TreeMap<>();
        for (JsonNode node : run.path("nodes")) {
            counts(node.path("found")).forEach((kind, found) -> total.merge(kind, found, Long::sum));
        }
        return total;
    }

    private static long unknown(JsonNode run) {
        return StreamSupport.stream(run.path("nodes").spliterator(), false)
                .filter(node -> node.has("fault")
                        || !node.path("listed").path("complete").asBoolean())
                .count();
    }

    /** The table of {@code GET /api/v1/reconciliation/runs}. */
    static Table runs(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .text("RUN", "id")
                .text("MODE", "mode")
                .text("PHASE", run -> Figures.words(run.path("phase").asText()))
                .number("NODES", "nodes")
                .number("COMPARED", "compared")
                .number("UNKNOWN", "unknown")
                .number("FOUND", "found")
                .number("REPAIRED", "repaired")
                .text("BEGUN", run -> Times.minute(run.path("createdAt").asText("-")))
                .text("AGE", run -> Times.age(run.path("createdAt").asText(), now))
                .note(run -> run.has("abort")
                        ? "aborted: " + Figures.words(run.path("abort").asText())
                        : "");
    }

    /** The table of {@code GET /api/v1/reconciliation/runs/ID/findings}. */
    static Table findings(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .text("STORAGE NODE", "storageNode")
                .text("KIND", "kind")
                .text("STATE", item -> Figures.words(item.path("state").asText()))
                .number(
                        "CLAIMED",
                        item -> Figures.bytes(item.path("claimedBytes").asLong()))
                .number("FILE", item -> Figures.bytes(item.path("foundBytes").asLong()))
                .number("OTHERS", "otherCopies")
                .text("AGE", item -> Times.age(item.path("since").asText(), now))
                .text("REPAIR", item -> Figures.words(item.path("repair").asText()))
                .note(item -> item.path("owner").asText() + "/"
                        + item.path("object").asText() + ": "
                        + item.path("detail").asText());
    }

    /**
     * The run: its state first, then what was found or repaired, the shards, the storage nodes, and what is unknown and why.
     *
     * @param run the response of {@code GET /api/v1/reconciliation/runs/ID}
     */
    static List<String> of(JsonNode run, Instant now) {
        JsonNode order = run.path("order");
        List<String> lines = new ArrayList<>();
        lines.add("run " + run.path("id").asText() + " (number "
                + order.path("number").asLong() + ", " + order.path("mode").asText() + ") is "
                + Figures.words(run.path("phase").asText()));
        if (run.has("activity")) {
            lines.add("now:      " + run.path("activity").asText());
        }
        if (run.has("abort")) {
            lines.add("aborted:  "
                    + Figures.words(run.path("abort").path("reason").asText()) + ": "
                    + run.path("abort").path("detail").asText());
        }
        lines.add("begun:    " + Times.both(run.path("createdAt").asText(), now) + " by "
                + order.path("orderedBy").asText());
        if (run.has("endedAt")) {
            lines.add("ended:    " + Times.both(run.path("endedAt").asText(), now));
        }
        if (RepairText.acts(run)) {
            lines.addAll(RepairText.of(run));
            return lines;
        }
        lines.add("found:    " + found(total(run)));
        lines.add("metadata: " + metadata(run));
        addShards(lines, run.path("shards"), now);
        lines.add("nodes:    " + run.path("nodes").size() + " of "
                + order.path("nodes").size() + " done, "
                + Figures.counted(unknown(run), "unknown or incomplete node"));
        for (JsonNode node : run.path("nodes")) {
            addNode(lines, node, now);
        }
        return lines;
    }

    private static String found(Map<String, Long> kinds) {
        return kinds.isEmpty()
                ? "nothing"
                : kinds.entrySet().stream()
                        .map(kind -> Figures.count(kind.getValue()) + " " + Figures.words(kind.getKey()))
                        .collect(Collectors.joining(", "));
    }

    private static String metadata(JsonNode run) {
        if (run.path("shards").isEmpty()) {
            return "not read yet";
        }
        return run.path("metadataComplete").asBoolean()
                ? "every row was read"
                : "not every row was read, so no file counts as an orphan";
    }

    private static void addShards(List<String> lines, JsonNode shards, Instant now) {
        for (JsonNode shard : shards) {
            lines.add("  shard " + shard.path("shard").asInt() + ": "
                    + Figures.counted(shard.path("rows").asLong(), "row") + ", "
                    + Figures.count(shard.path("unreadable").asLong()) + " unreadable, "
                    + (shard.path("complete").asBoolean() ? "complete" : "not complete") + ", read "
                    + Times.both(shard.path("readAt").asText(), now));
            addWrapped(lines, shard.path("fault").asText());
        }
    }

    private static void addNode(List<String> lines, JsonNode node, Instant now) {
        JsonNode listed = node.path("listed");
        String name = "  " + node.path("storageNode").asText();
        if (!node.has("listedAt")) {
            lines.add(name + ": unknown, " + Figures.words(node.path("fault").asText("no listing")));
            addWrapped(lines, node.path("detail").asText());
            return;
        }
        lines.add(name + ": " + Figures.counted(listed.path("files").asLong(), "file") + ", "
                + Figures.bytes(listed.path("bytes").asLong()) + ", "
                + Figures.counted(node.path("claims").asLong(), "claim") + ", listed "
                + Times.both(node.path("listedAt").asText(), now));
        lines.add("    found:   " + found(counts(node.path("found"))) + skipped(node.path("skipped")));
        if (!listed.path("complete").asBoolean()) {
            lines.add("    unknown: "
                    + Figures.counted(listed.path("unlistedRanges").asLong(), "range") + " not listed, "
                    + Figures.counted(listed.path("faults").asLong(), "path") + " not readable");
        }
        if (!listed.path("unmanaged").isEmpty()) {
            lines.add("    not of the object layout: " + found(counts(listed.path("unmanaged"))));
        }
        if (node.has("fault")) {
            lines.add("    fault:   " + Figures.words(node.path("fault").asText()));
        }
        addWrapped(lines, node.path("detail").asText());
    }

    private static String skipped(JsonNode skipped) {
        Map<String, Long> counts = counts(skipped);
        return counts.isEmpty()
                ? ""
                : "; not counted: "
                        + counts.entrySet().stream()
                                .map(each -> Figures.count(each.getValue()) + " "
                                        + (each.getKey().equals("inUse") ? "in use" : each.getKey()))
                                .collect(Collectors.joining(", "));
    }

    /** The counts above zero. */
    private static Map<String, Long> counts(JsonNode counts) {
        Map<String, Long> found = new TreeMap<>();
        counts.properties().stream()
                .filter(each -> each.getValue().asLong() > 0)
                .forEach(each -> found.put(each.getKey(), each.getValue().asLong()));
        return found;
    }

    private static void addWrapped(List<String> lines, String text) {
        Table.wrapped(text, Table.MAX_WIDTH - 4).forEach(line -> lines.add("    " + line));
    }
}
