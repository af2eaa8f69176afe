package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How far a job is, in one line. */
final class ProgressLine {
    private static final int BAR = 20;
    private static final String GAP = "  ";

    private ProgressLine() {}

    /**
     * The state, a bar, rates, the band of the end, and the stages, as far as {@code width} allows.
     *
     * @param progress missing if it is not known
     */
    static String of(JsonNode job, JsonNode progress, Instant now, int width) {
        StringBuilder line = new StringBuilder();
        for (String part : parts(job, progress, now)) {
            int left = width - line.length() - (line.length() == 0 ? 0 : GAP.length());
            if (left <= 0) {
                break;
            }
            line.append(line.length() == 0 ? "" : GAP).append(part, 0, Math.min(part.length(), left));
        }
        return line.toString();
    }

    private static List<String> parts(JsonNode job, JsonNode progress, Instant now) {
        List<String> parts = new ArrayList<>();
        parts.add(Figures.words(WaitTarget.stateOf(job)));
        JsonNode eta = progress.path("eta");
        if (eta.has("percentDone")) {
            parts.add(bar(eta.path("percentDone").asInt()));
        }
        if (job.path("pass").asInt() > 0) {
            parts.add("pass " + job.path("pass").asInt());
        }
        for (JsonNode wait : job.path("waiting")) {
            parts.add("waits: " + wait.path("cause").asText() + " ("
                    + Times.age(wait.path("since").asText(), now) + ")");
        }
        JsonNode rate = progress.path("rate");
        if (rate.path("recordsPerSecond").asDouble() > 0) {
            parts.add(String.format(
                    Locale.ROOT,
                    "%.1f records/s %s/s",
                    rate.path("recordsPerSecond").asDouble(),
                    Figures.bytes(rate.path("bytesPerSecond").asDouble())));
        }
        if (eta.has("p50")) {
            parts.add("ends " + Times.brief(eta.path("p50").asText(), now) + " to "
                    + Times.brief(eta.path("p90").asText(), now));
        }
        JsonNode stages = progress.path("stages");
        if (!stages.isMissingNode()) {
            parts.add("to copy " + records(stages.path("toCopy")) + ", to commit " + records(stages.path("toCommit")));
        }
        parts.add(Figures.count(job.path("relocated").asLong()) + " of "
                + Figures.count(job.path("discovered").asLong()) + " moved");
        return parts;
    }

    private static String records(JsonNode amount) {
        return Figures.count(amount.path("records").asLong());
    }

    private static String bar(int percent) {
        int filled = Math.max(0, Math.min(BAR, percent * BAR / 100));
        return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + percent + " %";
    }
}
