package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;

/** The tables of lists that several commands print. */
final class ListTables {

    private ListTables() {}

    /** {@code GET /api/v1/orphans}. */
    static Table orphans(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .text("STORAGE NODE", "storageNode")
                .text("OBJECT", "object")
                .text("RECORDED", item -> Times.minute(item.path("recordedAt").asText("-")))
                .text("AGE", item -> Times.age(item.path("recordedAt").asText(), now))
                .note(item -> "job " + item.path("job").asText() + ", assignment "
                        + item.path("assignment").asText() + ": "
                        + item.path("detail").asText());
    }

    /** {@code GET /api/v1/jobs/ID/exceptions}. */
    static Table exceptions(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .number("SHARD", "shard")
                .text("KIND", "kind")
                .text("REASON", "reason")
                .number("TRIES", item -> item.path("attempts").asText("-"))
                .text("LAST", item -> Times.minute(item.path("lastAt").asText("-")))
                .text("AGE", item -> Times.age(item.path("lastAt").asText(), now))
                .text("DESTINATION", "storageNode")
                .note(ListTables::exception);
    }

    private static String exception(JsonNode item) {
        return item.path("key").asText() + ": " + item.path("detail").asText();
    }

    /** {@code GET /api/v1/audit}. */
    static Table jobEvents(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .text("AT", item -> Times.minute(item.path("at").asText("-")))
                .text("AGE", item -> Times.age(item.path("at").asText(), now))
                .text("JOB", "jobId")
                .text("ACTION", "action")
                .note(item -> item.path("detail").asText());
    }
}
