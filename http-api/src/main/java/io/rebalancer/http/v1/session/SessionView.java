package io.rebalancer.http.v1.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.access.Session;
import io.rebalancer.http.server.Credential;
import io.rebalancer.http.server.Sender;
import java.time.Instant;
import java.util.Optional;

/**
 * Who the client is.
 *
 * @param user absent if the listener needs no login
 * @param credential {@code none}, {@code token} or {@code session}
 * @param expiresAt when the session ends even if it is used
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record SessionView(Optional<String> user, String role, String credential, Optional<Instant> expiresAt) {

    static SessionView of(Sender sender) {
        Optional<Instant> expiresAt = sender.credential() instanceof Credential.Cookie cookie
                ? Optional.of(cookie.session().expiresAt())
                : Optional.empty();
        return new SessionView(
                Optional.of(sender.user()).filter(user -> !user.isEmpty()),
                sender.role().word(),
                word(sender.credential()),
                expiresAt);
    }

    static SessionView of(Session session) {
        return new SessionView(
                Optional.of(session.user()), session.role().word(), "session", Optional.of(session.expiresAt()));
    }

    private static String word(Credential credential) {
        if (credential instanceof Credential.None) {
            return "none";
        }
        return credential instanceof Credential.Cookie ? "session" : "token";
    }
}
