package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What runs repaired and moved, as readable lines. */
final class RepairText {
    /** What may become of a planned repair, and its words. */
    private static final Map<String, String> RESULTS = new LinkedHashMap<>();

    static {
        RESULTS.put("repaired", "repaired");
        RESULTS.put("noLongerTrue", "no longer true");
        RESULTS.put("failed", "failed");
        RESULTS.put("parked", "parked");
        RESULTS.put("left", "left");
    }

    private static final Set<String> CHANGING = Set.of("act", "purge");

    private RepairText() {}

    /** Whether the run, an answer of {@code GET /api/v1/reconciliation/runs/ID}, carries out a plan. */
    static boolean acts(JsonNode run) {
        return CHANGING.contains(run.path("order").path("mode").asText());
    }

    /** Whether everything that was ordered is repaired, or needed no repair. */
    static boolean isClean(JsonNode run) {
        if (!run.path("left").isEmpty()) {
            return false;
        }
        for (JsonNode node : run.path("repairs")) {
            if (node.has("fault")) {
                return false;
            }
            for (JsonNode word : run.path("order").path("classes")) {
                JsonNode counts = node.path("repairs").path(word.asText());
                if (counts.path("failed").asLong()
                                + counts.path("parked").asLong()
                                + counts.path("left").asLong()
                        > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What the run was ordered to do, and what became of it on each storage node. */
    static List<String> of(JsonNode run) {
        JsonNode order = run.path("order");
        List<String> lines = new ArrayList<>();
        lines.add("plan:     " + order.path("plan").asText());
        lines.add("classes:  " + words(order.path("classes")));
        Map<String, Long> total = new LinkedHashMap<>();
        for (JsonNode node : run.path("repairs")) {
            for (JsonNode counts : node.path("repairs")) {
                RESULTS.keySet()
                        .forEach(each -> total.merge(each, counts.path(each).asLong(), Long::sum));
            }
        }
        lines.add("results:  " + results(total));
        long faults = StreamSupport.stream(run.path("repairs").spliterator(), false)
                .filter(node -> node.has("fault"))
                .count();
        lines.add("nodes:    " + run.path("repairs").size() + " of "
                + order.path("nodes").size() + " done, " + Figures.counted(faults, "node") + " with a fault");
        for (JsonNode node : run.path("repairs")) {
            addNode(lines, node, order.path("classes"));
        }
        return lines;
    }

    private static void addNode(List<String> lines, JsonNode node, JsonNode ordered) {
        lines.add("  " + node.path("storageNode").asText() + ":"
                + (node.path("repairs").isEmpty() ? " nothing was planned" : ""));
        node.path("repairs").properties().forEach(each -> {
            Map<String, Long> counts = new LinkedHashMap<>();
            RESULTS.keySet()
                    .forEach(name -> counts.put(name, each.getValue().path(name).asLong()));
            boolean isOrdered = StreamSupport.stream(ordered.spliterator(), false)
                    .anyMatch(word -> word.asText().equals(each.getKey()));
            lines.add("    " + Figures.words(each.getKey()) + ": " + results(counts)
                    + (isOrdered ? "" : " (not ordered)"));
        });
        if (node.has("fault")) {
            lines.add("    fault:   " + Figures.words(node.path("fault").asText()));
        }
        Table.wrapped(node.path("detail").asText(), Table.MAX_WIDTH - 4).forEach(line -> lines.add("    " + line));
    }

    private static String results(Map<String, Long> counts) {
        String text = counts.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .map(each -> Figures.count(each.getValue()) + " " + RESULTS.get(each.getKey()))
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? "nothing" : text;
    }

    private static String words(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(each -> Figures.words(each.asText()))
                .collect(Collectors.joining(", "));
    }

    /** The table of {@code GET /api/v1/reconciliation/quarantine/NODE}. */
    static Table quarantine(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .text("ITEM", "id")
                .text("REASON", "reason")
                .number("SIZE", item -> Figures.bytes(item.path("bytes").asLong()))
                .text("MOVED", item -> Times.minute(item.path("movedAt").asText("-")))
                .text("AGE", item -> Times.age(item.path("movedAt").asText(), now))
                .text("RUN", "run")
                .note(item -> item.path("path").asText());
    }
}
