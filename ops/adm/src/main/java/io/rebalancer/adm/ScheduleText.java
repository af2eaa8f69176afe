package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** When runs of reconciliation begin without an order, as text. */
final class ScheduleText {
    private ScheduleText() {}

    /** @param schedule the response of {@code GET /api/v1/reconciliation/schedule} */
    static List<String> of(JsonNode schedule, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add("next run: "
                + (schedule.has("nextStart")
                        ? Times.both(schedule.path("nextStart").asText(), now)
                        : "none"));
        if (schedule.has("idle")) {
            lines.add("why:      " + schedule.path("idle").path("detail").asText());
        }
        if (!schedule.path("cron").asText().isEmpty()) {
            lines.add("times:    " + schedule.path("cron").asText() + " ("
                    + schedule.path("timeZone").asText() + "), mode "
                    + schedule.path("mode").asText()
                    + (schedule.path("readContents").asBoolean() ? ", reads contents" : ""));
            lines.add("repairs:  " + repairs(schedule));
        }
        if (schedule.has("lastRun")) {
            addLast(lines, schedule.path("lastRun"), now);
        }
        if (schedule.has("skipped")) {
            lines.add("skipped:  "
                    + Times.both(schedule.path("skipped").path("scheduledFor").asText(), now) + ": "
                    + schedule.path("skipped").path("reason").asText());
        }
        return lines;
    }

    private static String repairs(JsonNode schedule) {
        String classes = StreamSupport.stream(schedule.path("act").spliterator(), false)
                .map(each -> Figures.words(each.asText()))
                .collect(Collectors.joining(", "));
        return classes.isEmpty() || schedule.path("mode").asText().equals("observe") ? "none" : classes;
    }

    private static void addLast(List<String> lines, JsonNode run, Instant now) {
        lines.add("last run: " + run.path("id").asText() + " is "
                + run.path("outcome").asText()
                + (run.has("abort") ? " (" + Figures.words(run.path("abort").asText()) + ")" : ""));
        lines.add("  for:     " + Times.both(run.path("scheduledFor").asText(), now)
                + (run.path("missed").asLong() > 0
                        ? "; " + Figures.counted(run.path("missed").asLong(), "earlier time") + " missed"
                        : ""));
        lines.add("  begun:   " + Times.both(run.path("startedAt").asText(), now));
        if (run.has("endedAt")) {
            lines.add("  ended:   " + Times.both(run.path("endedAt").asText(), now)
                    + (run.has("detail") ? ": " + run.path("detail").asText() : ""));
        }
        if (run.has("repairs")) {
            JsonNode repairs = run.path("repairs");
            lines.add("  repairs: "
                    + (repairs.has("run")
                            ? "run " + repairs.path("run").asText()
                            : "none: " + repairs.path("detail").asText()));
        }
    }
}
