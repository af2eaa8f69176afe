package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Settings as text for people. */
final class SettingsText {

    private SettingsText() {}

    /** Prints an answer of {@code GET /api/v1/settings} or {@code GET /api/v1/jobs/ID/settings}. */
    static void print(PrintWriter out, JsonNode view, Instant now) {
        new Table()
                .text("SETTING", "name")
                .text("VALUE", each -> each.path("value").asText("no limit"))
                .text("ORIGIN", "origin")
                .note(each -> why(each, now))
                .print(out, view.path("settings"));
        printWindow(out, "window", view.path("window"), now);
        printWindow(out, "window of the fleet", view.path("fleetWindow"), now);
    }

    private static String why(JsonNode setting, Instant now) {
        List<String> parts = new ArrayList<>();
        if (setting.has("setBy")) {
            parts.add(setting.path("setBy").asText() + " at "
                    + Times.both(setting.path("setAt").asText(), now));
        }
        if (setting.has("clampedBy")) {
            parts.add(setting.path("clampedBy").asText());
        }
        return String.join("; ", parts);
    }

    private static void printWindow(PrintWriter out, String name, JsonNode window, Instant now) {
        if (window.isMissingNode()) {
            return;
        }
        List<String> ranges = new ArrayList<>();
        window.path("weekly").forEach(each -> ranges.add(each.asText()));
        out.println(name + ": " + String.join(", ", ranges) + " "
                + window.path("timeZone").asText() + "; "
                + (window.path("open").asBoolean() ? "open" : "closed")
                + (window.has("nextChange")
                        ? " until " + Times.both(window.path("nextChange").asText(), now)
                        : "")
                + "; set by " + window.path("setBy").asText());
        if (!window.path("blackoutDays").isEmpty()) {
            List<String> days = new ArrayList<>();
            window.path("blackoutDays").forEach(each -> days.add(each.asText()));
            out.println("  no work on " + String.join(", ", days));
        }
    }
}
