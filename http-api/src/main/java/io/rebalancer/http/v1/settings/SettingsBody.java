package io.rebalancer.http.v1.settings;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.WindowJson;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The body of a request that changes settings: {@code {"commitParallelism":32,"bytesPerSecond":null,"window":{...}}}. A setting
 * that is null is reset; an absent setting stays.
 */
public final class SettingsBody {
    private static final String WINDOW = "window";

    private SettingsBody() {}

    /** The settings of one job. */
    public static SettingsChange ofJob(String body) throws MalformedBody {
        return parse(body, false);
    }

    /** The settings of the fleet, which lack those that only a job has. */
    public static SettingsChange ofFleet(String body) throws MalformedBody {
        return parse(body, true);
    }

    private static SettingsChange parse(String body, boolean fleet) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        Map<SettingName, Long> values = new EnumMap<>(SettingName.class);
        Set<SettingName> reset = EnumSet.noneOf(SettingName.class);
        for (Iterator<String> names = request.fieldNames(); names.hasNext(); ) {
            String word = names.next();
            if (word.equals(WINDOW)) {
                continue;
            }
            SettingName name = name(word, fleet);
            if (request.path(word).isNull()) {
                reset.add(name);
            } else {
                values.put(name, value(word, request.path(word)));
            }
        }
        JsonNode window = request.path(WINDOW);
        try {
            SettingsChange change = new SettingsChange(
                    values,
                    reset,
                    window.isMissingNode() || window.isNull()
                            ? Optional.empty()
                            : Optional.of(WindowJson.parse(window)),
                    window.isNull());
            if (change.isEmpty()) {
                throw new MalformedBody("the body changes nothing; settings are: " + words(fleet));
            }
            return change;
        } catch (IllegalArgumentException e) {
            throw new MalformedBody(String.valueOf(e.getMessage()));
        }
    }

    private static SettingName name(String word, boolean fleet) throws MalformedBody {
        SettingName name = SettingName.parse(word)
                .orElseThrow(
                        () -> new MalformedBody("there is no setting " + word + "; settings are: " + words(fleet)));
        if (fleet && !name.isFleetWide()) {
            throw new MalformedBody(word + " is a setting of one job; set it with PATCH /api/v1/jobs/ID/settings");
        }
        return name;
    }

    private static String words(boolean fleet) {
        List<String> words = new ArrayList<>();
        for (SettingName each : SettingName.values()) {
            if (!fleet || each.isFleetWide()) {
                words.add(each.word());
            }
        }
        words.add(WINDOW);
        return String.join(", ", words);
    }

    private static long value(String word, JsonNode value) throws MalformedBody {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new MalformedBody(word + " must be a whole number, or null to reset it, not " + value);
        }
        return value.longValue();
    }
}
