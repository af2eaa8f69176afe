package io.rebalancer.http.server;

import java.util.Optional;
import java.util.UUID;

/** Job ids in a path. */
public final class JobIds {
    private static final int LENGTH = 36;

    private JobIds() {}

    /** The id, if {@code text} is a UUID in its long spelling, in either case. */
    public static Optional<UUID> parse(String text) {
        if (text.length() != LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
