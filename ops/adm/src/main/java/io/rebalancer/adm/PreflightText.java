package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The checks before a job as readable text. */
final class PreflightText {
    private PreflightText() {}

    /**
     * One line for each check, and a further line with what to do.
     *
     * @param checks the array {@code checks} of the manager's responses
     */
    static List<String> of(JsonNode checks) {
        List<String> lines = new ArrayList<>();
        for (JsonNode check : checks) {
            lines.add(String.format(
                    "%-4s  %-18s  %s",
                    check.path("outcome").asText(),
                    check.path("name").asText(),
                    check.path("detail").asText()));
            if (check.has("advice")) {
                lines.add("      to do: " + check.path("advice").asText());
            }
        }
        return lines;
    }
}
