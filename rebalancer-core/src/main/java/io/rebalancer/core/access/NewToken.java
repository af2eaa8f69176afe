package io.rebalancer.core.access;

import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A token that is to be issued.
 *
 * @param id the same in each repetition of the order
 * @param name what people call it: 1 to 64 letters, digits, dots, hyphens and underscores; entries of the audit log show it
 * @param hash SHA-256 of its secret, as hexadecimal digits in lower case
 */
public record NewToken(UUID id, String name, Role role, String hash, Instant expiresAt) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Whether a token may have this name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
