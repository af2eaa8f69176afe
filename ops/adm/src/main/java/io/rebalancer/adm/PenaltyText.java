package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The penalty of a storage node as readable lines. */
final class PenaltyText {

    private PenaltyText() {}

    /**
     * One line for each cause, such as {@code 3.stor penalty until 2026-11-26 14:02:00Z (in 5 min): refused 3 assignments (no such
     * directory)}.
     *
     * @param node an element of {@code penalised} in {@code GET /api/v1/storage-nodes}
     */
    static List<String> of(JsonNode node, Instant now) {
        List<String> lines = new ArrayList<>();
        for (JsonNode cause : node.path("penalty").path("causes")) {
            lines.add(node.path("storageNode").asText() + " penalty until "
                    + Times.both(cause.path("until").asText(), now) + ": " + action(cause) + " ("
                    + cause.path("detail").asText() + ")");
        }
        return lines;
    }

    private static String action(JsonNode cause) {
        String word = cause.path("cause").asText();
        String assignments = assignments(cause.path("assignments"));
        return switch (word) {
            case "busy" -> "was too busy for " + assignments;
            case "insufficient_space" -> "had too little space for " + assignments;
            case "unreachable" -> "was unreachable with " + assignments;
            case "refused" -> "refused " + assignments;
            case "copies_failed" -> "made no copy of " + assignments;
            default -> word + " with " + assignments;
        };
    }

    /** An earlier build does not count them. */
    private static String assignments(JsonNode count) {
        if (!count.isInt()) {
            return "assignments";
        }
        return count.asInt() == 1 ? "1 assignment" : count.asInt() + " assignments";
    }
}
