package io.rebalancer.http.legacy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.server.Json;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** The update message {@code {"action":"set_metadata_threads","params":30}} (manta.md 2.5). */
public final class LegacyUpdate {
    private static final int MIN_THREADS = 1;
    private static final long MAX_THREADS = SettingName.COMMIT_PARALLELISM.max();

    /** The body is not a valid update message. The text is the legacy manager's. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient StatusCode status;

        Malformed(StatusCode status, String detail) {
            super(detail, null, false, false);
            this.status = status;
        }

        StatusCode status() {
            return status;
        }
    }

    private LegacyUpdate() {}

    /** The number of metadata threads, 1 to 250. */
    public static int metadataThreads(String body) throws Malformed {
        JsonNode message;
        try {
            message = Json.read(body);
        } catch (JsonProcessingException e) {
            throw unreadable("not JSON: " + OneLine.of(e.getOriginalMessage()));
        }
        String action = message.path("action").asText();
        if (!action.equals("set_metadata_threads")) {
            throw unreadable("unknown action " + message.path("action") + ", expected \"set_metadata_threads\"");
        }
        JsonNode threads = message.path("params");
        if (!threads.isIntegralNumber() || !threads.canConvertToLong() || threads.longValue() < 0) {
            throw unreadable("params must be a whole number, not " + threads);
        }
        if (threads.longValue() < MIN_THREADS) {
            throw new Malformed(StatusCodes.BAD_REQUEST, "Cannot set metadata update threads below " + MIN_THREADS);
        }
        if (threads.longValue() > MAX_THREADS) {
            throw new Malformed(StatusCodes.BAD_REQUEST, "Cannot set metadata update threads above " + MAX_THREADS);
        }
        return threads.intValue();
    }

    private static Malformed unreadable(String detail) {
        return new Malformed(StatusCodes.UNPROCESSABLE_ENTITY, "Could not parse Evacuate Update Message: " + detail);
    }
}
