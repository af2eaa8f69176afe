package io.rebalancer.http.server;

import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/**
 * A problem document (RFC 9457).
 *
 * @param code what is wrong, as a stable word
 * @param detail what is wrong, where, and what to do
 */
public record Problem(String title, int status, String code, String detail) {
    private static final String RETRY_SECONDS = "5";

    public static HttpResponse of(StatusCode status, String code, String detail) {
        Problem problem = new Problem(status.reason(), status.intValue(), code, detail);
        HttpResponse response = HttpResponse.create()
                .withStatus(status)
                .withEntity(
                        MediaTypes.applicationBinary("problem+json", true).toContentType(),
                        ByteString.fromString(Json.write(problem)).toArray());
        return status.intValue() == 503 ? response.addHeader(retryAfter()) : response;
    }

    public static RawHeader retryAfter() {
        return RawHeader.create("Retry-After", RETRY_SECONDS);
    }
}
