package io.rebalancer.http.server;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/**
 * A problem document (RFC 9457).
 *
 * @param code a stable identifier of the problem, such as {@code JOB_NOT_FOUND}
 * @param detail what is wrong, where, and what to do, in one line
 * @param extensions further members of the document
 */
public record Problem(
        String title,
        int status,
        String code,
        String detail,
        @JsonAnyGetter Map<String, ?> extensions) {
    private static final String RETRY_SECONDS = "5";

    /** The response; a 503 and a 429 also carry {@code Retry-After}. */
    public static HttpResponse of(StatusCode status, String code, String detail) {
        return of(status, code, detail, Map.of());
    }

    /**
     * The response with further members.
     *
     * @param extensions members besides those of this record
     */
    public static HttpResponse of(StatusCode status, String code, String detail, Map<String, ?> extensions) {
        Problem problem = new Problem(status.reason(), status.intValue(), code, detail, extensions);
        HttpResponse response = HttpResponse.create()
                .withStatus(status)
                .withEntity(
                        MediaTypes.applicationBinary("problem+json", true).toContentType(),
                        ByteString.fromString(Json.write(problem)).toArray());
        return status.intValue() == 503 || status.intValue() == 429 ? response.addHeader(retryAfter()) : response;
    }

    /** When the client may repeat a request that failed with 503 or 429. */
    public static RawHeader retryAfter() {
        return RawHeader.create("Retry-After", RETRY_SECONDS);
    }
}
