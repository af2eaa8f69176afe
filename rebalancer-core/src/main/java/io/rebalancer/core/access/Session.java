package io.rebalancer.core.access;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * A login of a browser. Its secret is in a cookie of the browser, and is not known to the system.
 *
 * @param hash SHA-256 of the secret, as hexadecimal digits in lower case
 * @param user what the audit log calls the user
 * @param tokenId the issued token that the user sent to log in; the session ends with it
 * @param fileToken SHA-256 of the token of the token file that the user sent to log in, as {@code hash}
 * @param expiresAt when the session ends even if it is used
 */
public record Session(
        String hash,
        String user,
        Role role,
        Optional<UUID> tokenId,
        Optional<String> fileToken,
        Instant startedAt,
        Instant expiresAt) {

    /** Names the session without its secret: it is derived from the hash, so it is the same on all managers. */
    public UUID id() {
        return UUID.nameUUIDFromBytes(HexFormat.of().parseHex(hash));
    }

    /**
     * Whether the session is accepted, as far as time decides.
     *
     * @param usedAt its last use
     * @param idle the session ends when it is not used for so long
     */
    public boolean isActiveAt(Instant now, Instant usedAt, Duration idle) {
        return now.isBefore(expiresAt) && now.isBefore(usedAt.plus(idle));
    }
}
