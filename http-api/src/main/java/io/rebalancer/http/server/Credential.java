package io.rebalancer.http.server;

import io.rebalancer.core.access.Session;
import java.util.UUID;

/** What a request proved its sender with. */
public sealed interface Credential {

    /** Nothing: the listener needs no login. */
    record None() implements Credential {}

    /** A token that was issued. */
    record Token(UUID id) implements Credential {}

    /**
     * A token of the token file.
     *
     * @param hash SHA-256, as hexadecimal digits in lower case
     */
    record FileToken(String hash) implements Credential {}

    /** The cookie of a session. */
    record Cookie(Session session) implements Credential {}
}
