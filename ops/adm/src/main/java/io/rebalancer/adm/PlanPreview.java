package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/** What an order to carry out a plan would do on each storage node, and what it would not do and why. */
final class PlanPreview {
    private static final List<String> CLASSES = List.of("copy_again", "add_copy", "quarantine");
    private static final String WOULD = "would";

    private final JsonNode run;
    private final List<String> classes;
    private final List<String> nodes;
    private final List<String> overrides;
    private final ObjectNode json;

    /**
     * @param run a finished plan, an answer of {@code GET /api/v1/reconciliation/runs/ID}
     * @param classes words of the classes that are ordered
     * @param nodes storage nodes that are ordered; empty for all of the plan
     * @param overrides storage nodes whose breaker is overridden
     */
    PlanPreview(JsonNode run, List<String> classes, List<String> nodes, List<String> overrides) throws CommandFailed {
        this.run = run;
        this.classes = List.copyOf(classes);
        this.nodes = List.copyOf(nodes);
        this.overrides = List.copyOf(overrides);
        checkWords();
        this.json = JsonNodeFactory.instance
                .objectNode()
                .put("plan", run.path("id").asText())
                .put("usableUntil", run.path("plan").path("usableUntil").asText());
        for (JsonNode node : run.path("plan").path("nodes")) {
            json.withArray("nodes").add(node(node));
        }
    }

    private void checkWords() throws CommandFailed {
        for (String each : classes) {
            if (!CLASSES.contains(each)) {
                throw new CommandFailed("there is no class " + each
                        + " of repairs; the classes are copy-again, add-copy" + " and quarantine");
            }
        }
        Set<String> known = new LinkedHashSet<>();
        run.path("plan")
                .path("nodes")
                .forEach(each -> known.add(each.path("storageNode").asText()));
        for (String each : nodes) {
            if (!known.contains(each)) {
                throw new CommandFailed(
                        "the plan does not contain the storage node " + each + "; it has " + String.join(", ", known));
            }
        }
    }

    private ObjectNode node(JsonNode node) {
        String name = node.path("storageNode").asText();
        ObjectNode would = JsonNodeFactory.instance.objectNode();
        ObjectNode not = JsonNodeFactory.instance.objectNode();
        Set<String> reasons = new LinkedHashSet<>();
        boolean usable = whyNoNode(node, name).map(reasons::add).isEmpty();
        for (String each : CLASSES) {
            long planned = node.path("planned").path(each).asLong();
            Optional<String> why = usable ? whyNoClass(node, each) : Optional.of("");
            if (planned > 0) {
                (why.isEmpty() ? would : not).put(each, planned);
                why.filter(text -> !text.isEmpty()).ifPresent(reasons::add);
            }
        }
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("storageNode", name);
        result.set(WOULD, would);
        result.set("not", not);
        return reasons.isEmpty() ? result : result.put("why", String.join("; ", reasons));
    }

    private Optional<String> whyNoNode(JsonNode node, String name) {
        if (!nodes.isEmpty() && !nodes.contains(name)) {
            return Optional.of("it is none of the named storage nodes");
        }
        if (node.path("allowed").isEmpty()) {
            return Optional.of(node.path("why").asText());
        }
        return node.path("needsOverride").asBoolean() && !overrides.contains(name)
                ? Optional.of("the breaker tripped: " + node.path("why").asText()
                        + ". Find out why; --override-breaker " + name + " repairs it nevertheless")
                : Optional.empty();
    }

    private Optional<String> whyNoClass(JsonNode node, String word) {
        if (!classes.contains(word)) {
            return Optional.of("--class " + word.replace('_', '-') + " is not given");
        }
        return StreamSupport.stream(node.path("allowed").spliterator(), false)
                        .anyMatch(each -> each.asText().equals(word))
                ? Optional.empty()
                : Optional.of(node.path("why").asText());
    }

    /** The preview as an object: the counts of each storage node that would be done and would not, and why not. */
    ObjectNode json() {
        return json;
    }

    /** Why the manager refuses the order; empty if it does not. */
    Optional<String> refusal() {
        if (run.path("plan").has("refusal") && overrides.isEmpty()) {
            return Optional.of(run.path("plan").path("refusal").asText());
        }
        boolean usable = StreamSupport.stream(run.path("plan").path("nodes").spliterator(), false)
                .anyMatch(node ->
                        whyNoNode(node, node.path("storageNode").asText()).isEmpty());
        return usable ? Optional.empty() : Optional.of("the plan allows no repair on these storage nodes");
    }

    /** What would be done in all, in one line. */
    String effect() {
        List<String> parts = new ArrayList<>();
        for (String each : CLASSES) {
            long sum = 0;
            for (JsonNode node : json.path("nodes")) {
                sum += node.path(WOULD).path(each).asLong();
            }
            if (classes.contains(each)) {
                parts.add(Figures.count(sum) + " " + Figures.words(each));
            }
        }
        return "the run would look at these repairs again, and do those that are still needed: "
                + String.join(", ", parts);
    }

    void print(PrintWriter out, Clock clock) {
        out.println("plan " + json.path("plan").asText() + " of "
                + Times.both(run.path("endedAt").asText(), clock.instant()) + ", usable until "
                + Times.both(json.path("usableUntil").asText(), clock.instant()));
        Table table = new Table().text("STORAGE NODE", "storageNode");
        CLASSES.forEach(each -> table.number(
                Figures.words(each).toUpperCase(Locale.ROOT),
                node -> Figures.count(node.path(WOULD).path(each).asLong())));
        table.note(PlanPreview::note).print(out, json.path("nodes"));
    }

    private static String note(JsonNode node) {
        if (!node.has("why")) {
            return "";
        }
        List<String> not = new ArrayList<>();
        node.path("not")
                .properties()
                .forEach(each -> not.add(Figures.count(each.getValue().asLong()) + " " + Figures.words(each.getKey())));
        return "not done: " + (not.isEmpty() ? "" : String.join(", ", not) + ": ")
                + node.path("why").asText();
    }
}
