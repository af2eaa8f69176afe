package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Settings as text for people. */
final class SettingsText {

    private SettingsText() {}

    /** Prints an answer of {@code GET /api/v1/settings} or {@code GET /api/v1/jobs/ID/settings}. */
    static void print(PrintWriter out, JsonNode view) {
        new Table()
                .text("SETTING", "name")
                .text("VALUE", each -> each.path("value").asText("no limit"))
                .text("ORIGIN", "origin")
                .note(SettingsText::why)
                .print(out, view.path("settings"));
        printWindow(out, "window", view.path("window"));
        printWindow(out, "window of the fleet", view.path("fleetWindow"));
    }

    private static String why(JsonNode setting) {
        List<String> parts = new ArrayList<>();
        if (setting.has("setBy")) {
            parts.add(setting.path("setBy").asText() + " at "
                    + setting.path("setAt").asText());
        }
        if (setting.has("clampedBy")) {
            parts.add(setting.path("clampedBy").asText());
        }
        return String.join("; ", parts);
    }

    private static void printWindow(PrintWriter out, String name, JsonNode window) {
        if (window.isMissingNode()) {
            return;
        }
        List<String> ranges = new ArrayList<>();
        window.path("weekly").forEach(each -> ranges.add(each.asText()));
        out.println(name + ": " + String.join(", ", ranges) + " "
                + window.path("timeZone").asText() + "; "
                + (window.path("open").asBoolean() ? "open" : "closed")
                + (window.has("nextChange")
                        ? " until " + window.path("nextChange").asText()
                        : "")
                + "; set by " + window.path("setBy").asText());
        if (!window.path("blackoutDays").isEmpty()) {
            List<String> days = new ArrayList<>();
            window.path("blackoutDays").forEach(each -> days.add(each.asText()));
            out.println("  no work on " + String.join(", ", days));
        }
    }
}
