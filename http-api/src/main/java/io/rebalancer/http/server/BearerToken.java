package io.rebalancer.http.server;

import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Tokens in the header {@code Authorization} (RFC 6750). */
final class BearerToken {
    private static final String SCHEME = "Bearer ";

    private BearerToken() {}

    /** The token of a request; empty text if the header has another scheme, and nothing without the header. */
    static Optional<String> of(HttpRequest request) {
        return request.getHeader("Authorization")
                .map(HttpHeader::value)
                .map(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                        ? value.substring(SCHEME.length()).strip()
                        : "");
    }

    /** 401, which names the scheme. */
    static HttpResponse refused(LoginRefusal refusal, String detail) {
        return Problem.of(StatusCodes.UNAUTHORIZED, refusal.name(), detail)
                .addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"rebalancer\""));
    }
}
