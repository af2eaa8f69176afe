package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;

/** The audit log as text for people. */
final class AuditText {

    private AuditText() {}

    /** The table of {@code GET /api/v1/audit/entries}. */
    static Table table(Clock clock) {
        Instant now = clock.instant();
        return new Table()
                .number("NUMBER", entry -> entry.path("number").asText())
                .text("AT", entry -> Times.minute(entry.path("at").asText("-")))
                .text("AGE", entry -> Times.age(entry.path("at").asText(), now))
                .text(
                        "FROM",
                        entry -> (entry.path("user").asText() + " "
                                        + entry.path("source").asText())
                                .strip())
                .text("ACTION", "action")
                .text("RESULT", AuditText::result)
                .note(AuditText::subject);
    }

    private static String result(JsonNode entry) {
        long order = entry.path("request").asLong();
        return entry.path("result").asText() + (order == 0 ? "" : " (order " + order + ")");
    }

    private static String subject(JsonNode entry) {
        StringBuilder text = new StringBuilder(entry.path("subject").asText());
        entry.path("parameters")
                .properties()
                .forEach(each -> text.append(' ')
                        .append(each.getKey())
                        .append('=')
                        .append(each.getValue().asText()));
        return text.toString();
    }
}
