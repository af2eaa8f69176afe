package io.rebalancer.http.server;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The header {@code Idempotency-Key} of a request that creates something: a repeated request with the same key creates nothing
 * further. The id of what is created is derived from the key, so nothing has to be remembered, and a key never expires.
 */
public final class IdempotencyKey {
    private static final String HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private IdempotencyKey() {}

    /**
     * Passes the id of what is to be created to {@code inner}: derived from the key and the sender's name, or empty without a
     * key. Replies 400 to a key that is malformed.
     *
     * @param kind of what is created: the same key of another kind is another id
     */
    public static Route id(String kind, Function<Optional<UUID>, Route> inner) {
        return Directives.extractRequest(request -> {
            Optional<String> key = request.getHeader(HEADER).map(HttpHeader::value);
            if (key.isPresent() && !KEY.matcher(key.get()).matches()) {
                return Directives.complete(
                        Problems.badRequest(HEADER + " must be 1 to 128 visible ASCII characters, such as a UUID"));
            }
            return inner.apply(key.map(each -> derive(kind, request, each)));
        });
    }

    private static UUID derive(String kind, HttpRequest request, String key) {
        String name = kind + "\n" + Sender.of(request).user() + "\n" + key;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
