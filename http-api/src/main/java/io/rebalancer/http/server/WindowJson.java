package io.rebalancer.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.settings.Window;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A window in the body of a request: {@code {"timeZone":"UTC","weekly":["mon-fri 20:00-06:00"],"blackoutDays":["2026-12-24"]}}. */
public final class WindowJson {
    private static final Set<String> WINDOW_FIELDS = Set.of("timeZone", "weekly", "blackoutDays");

    private WindowJson() {}

    /** @throws MalformedBody if it is no window */
    public static Window parse(JsonNode node) throws MalformedBody {
        try {
            return read(node);
        } catch (IllegalArgumentException e) {
            throw new MalformedBody(String.valueOf(e.getMessage()));
        }
    }

    private static Window read(JsonNode node) throws MalformedBody {
        if (!node.isObject()) {
            throw new MalformedBody(
                    "window must be an object with timeZone, weekly and, if needed, blackoutDays, or null"
                            + " to remove it, not " + node);
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String field = names.next();
            if (!WINDOW_FIELDS.contains(field)) {
                throw new MalformedBody(
                        "unknown field window." + field + "; known fields: blackoutDays, timeZone, weekly");
            }
        }
        List<WeeklyRange> weekly = new ArrayList<>();
        for (String each : texts(node, "weekly")) {
            weekly.add(WeeklyRange.parse(each));
        }
        Set<LocalDate> blackoutDays = new TreeSet<>();
        for (String each : texts(node, "blackoutDays")) {
            blackoutDays.add(date(each));
        }
        return new Window(zone(node.path("timeZone")), weekly, blackoutDays);
    }

    private static List<String> texts(JsonNode node, String field) throws MalformedBody {
        JsonNode list = node.path(field);
        if (!list.isMissingNode() && !list.isArray()) {
            throw new MalformedBody("window." + field + " must be a list of texts, not " + list);
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : list) {
            if (!each.isTextual()) {
                throw new MalformedBody("window." + field + " must be a list of texts, not " + list);
            }
            texts.add(each.textValue());
        }
        return texts;
    }

    private static LocalDate date(String text) throws MalformedBody {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw new MalformedBody(
                    "window.blackoutDays: \"" + text + "\" is no date; write dates such as \"2026-12-24\"");
        }
    }

    private static ZoneId zone(JsonNode node) throws MalformedBody {
        try {
            if (node.isTextual()) {
                return ZoneId.of(node.textValue());
            }
        } catch (DateTimeException e) {
            // The answer below names the value.
        }
        throw new MalformedBody(
                "window.timeZone must be a time zone, such as \"Europe/Berlin\" or \"UTC\", not " + node);
    }
}
