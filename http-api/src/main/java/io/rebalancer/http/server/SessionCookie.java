package io.rebalancer.http.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Cookies of this listener. Their names begin with {@code __Host-}, so a browser takes them only from this host over HTTPS, or
 * from a loopback address, and neither a script nor a page of another host can set or read them.
 *
 * @param name without the prefix
 * @param sameSite which requests that begin on pages of other sites carry it: {@code Strict} for none, {@code Lax} for links
 */
public record SessionCookie(String name, String sameSite) {
    /** The secret of a session. */
    public static final SessionCookie SESSION = new SessionCookie("rebalancer", "Strict");

    private static final String PREFIX = "__Host-";

    /** The value that a request carries. */
    public Optional<String> of(HttpRequest request) {
        String begin = PREFIX + name + "=";
        for (HttpHeader header : request.getHeaders()) {
            if (header.is("cookie")) {
                for (String pair : List.of(header.value().split(";"))) {
                    if (pair.strip().startsWith(begin)) {
                        return Optional.of(pair.strip().substring(begin.length()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The header that sets the cookie. */
    public HttpHeader set(String value, Duration age) {
        return RawHeader.create(
                "Set-Cookie",
                PREFIX + name + "=" + value + "; Path=/; Secure; HttpOnly; SameSite=" + sameSite + "; Max-Age="
                        + age.toSeconds());
    }

    /** The header that removes the cookie. */
    public HttpHeader clear() {
        return set("", Duration.ZERO);
    }
}
