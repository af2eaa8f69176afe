package io.rebalancer.core.legacy;

/**
 * The failure of a copy in the form of the legacy wire (manta.md 3.4 and 4.6).
 *
 * @param reason for example {@code MD5Mismatch}
 * @param httpStatus the status code for {@code HTTPStatusCode}, otherwise 0
 */
public record LegacyFailure(String reason, int httpStatus) {
    /** A source replied with HTTP status {@code status}. */
    public static LegacyFailure httpStatus(int status) {
        return new LegacyFailure("HTTPStatusCode", status);
    }

    /** A failure without a status code. */
    public static LegacyFailure of(String reason) {
        return new LegacyFailure(reason, 0);
    }
}
