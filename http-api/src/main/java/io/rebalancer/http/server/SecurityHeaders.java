package io.rebalancer.http.server;

import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Headers of every response, for browsers: nothing in it is run, framed, or loaded by pages of other hosts, its type is not guessed,
 * and its address is not passed on.
 */
final class SecurityHeaders {
    private static final List<HttpHeader> ALL = List.of(
            RawHeader.create(
                    "Content-Security-Policy",
                    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
            RawHeader.create("Cross-Origin-Resource-Policy", "same-origin"),
            RawHeader.create("Referrer-Policy", "no-referrer"),
            RawHeader.create("X-Content-Type-Options", "nosniff"),
            RawHeader.create("X-Frame-Options", "DENY"));

    private SecurityHeaders() {}

    /** Adds the headers that the response lacks. A page with scripts has its own policy. */
    static HttpResponse addTo(HttpResponse response) {
        return response.addHeaders(ALL.stream()
                .filter(header -> response.getHeader(header.name()).isEmpty())
                .toList());
    }
}
