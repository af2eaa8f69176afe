package io.rebalancer.http.server;

import io.rebalancer.core.access.Role;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Who sent a request, as {@link Logins} found.
 *
 * @param user the name of the token, or of the user of a session; empty if the listener needs no login
 * @param accepted whether the token or session is still accepted, for responses that last
 * @param credential what proved that
 */
public record Sender(String user, Role role, BooleanSupplier accepted, Credential credential) {
    private static final AttributeKey<Sender> KEY = AttributeKey.create("rebalancer-sender", Sender.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    /** Of listeners without a login. */
    private static final Sender NAMELESS = nameless(Role.ADMIN);

    static Sender nameless(Role role) {
        return new Sender("", role, () -> true, new Credential.None());
    }

    /** The sender of a request. */
    public static Sender of(HttpRequest request) {
        return request.getAttribute(KEY).orElse(NAMELESS);
    }

    HttpRequest mark(HttpRequest request) {
        return request.addAttribute(KEY, this);
    }

    /** The same elements, until the token or session is no longer accepted: then the stream completes within two seconds. */
    public <T, M> Source<T, M> whileAccepted(Source<T, M> elements) {
        Source<Optional<T>, ?> checks = Source.tick(CHECK_INTERVAL, CHECK_INTERVAL, Optional.empty());
        return elements.map(Optional::of)
                .merge(checks, true)
                .takeWhile(element -> accepted.getAsBoolean())
                .mapConcat(element -> element.stream().toList());
    }
}
