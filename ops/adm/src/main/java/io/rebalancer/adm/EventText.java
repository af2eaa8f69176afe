package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The events of the fleet as lines for people. */
final class EventText {
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);

    private final Clock clock;
    /** When a line about each job was printed last. */
    private final Map<String, Instant> printed = new HashMap<>();

    /** @param clock the time of the lines */
    EventText(Clock clock) {
        this.clock = clock;
    }

    /** The line for an event; empty if the event is progress and the last line about its job is recent. */
    Optional<String> line(JsonNode event) {
        Instant now = clock.instant();
        JsonNode data = event.path("data");
        String type = event.path("event").asText();
        String text = switch (type) {
            case "state", "progress" -> job(data);
            case "storage-node" -> node(data);
            case "dropped" ->
                "the manager ended the stream: " + data.path("detail").asText();
            default -> type + " " + data;
        };
        if (type.equals("progress") && isRecent(data.path("id").asText(), now)) {
            return Optional.empty();
        }
        if (data.has("id")) {
            printed.put(data.path("id").asText(), now);
        }
        return Optional.of(Times.second(now) + "  " + text);
    }

    private boolean isRecent(String job, Instant now) {
        Instant last = printed.get(job);
        return last != null && Duration.between(last, now).compareTo(PROGRESS_INTERVAL) < 0;
    }

    private static String job(JsonNode job) {
        StringBuilder text = new StringBuilder("job ")
                .append(job.path("id").asText())
                .append(" of ")
                .append(job.path("leavingNode").asText())
                .append(": ")
                .append(Figures.words(WaitTarget.stateOf(job)));
        if (job.path("pass").asInt() > 0) {
            text.append(", pass ").append(job.path("pass").asInt());
        }
        text.append(", ")
                .append(Figures.count(job.path("relocated").asLong()))
                .append(" of ")
                .append(Figures.count(job.path("discovered").asLong()))
                .append(" moved");
        long exceptions = job.path("skipped").asLong() + job.path("failed").asLong();
        if (exceptions > 0) {
            text.append(", ").append(Figures.count(exceptions)).append(" exceptions");
        }
        if (job.has("reason")) {
            text.append("; ").append(job.path("reason").asText());
        }
        return text.toString();
    }

    private static String node(JsonNode node) {
        return "storage node " + node.path("storageNode").asText() + " is "
                + node.path("state").asText()
                + (node.has("job") ? " (job " + node.path("job").asText() + ")" : "");
    }
}
