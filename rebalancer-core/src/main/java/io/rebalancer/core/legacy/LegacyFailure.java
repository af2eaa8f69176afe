package io.rebalancer.core.legacy;

/**
 * Why a copy failed, in the older wire's words (manta.md 3.4 and 4.6).
 *
 * @param reason such as {@code MD5Mismatch}
 * @param httpStatus the status for {@code HTTPStatusCode}, else 0
 */
public record LegacyFailure(String reason, int httpStatus) {
    /** A source answered {@code status}. */
    public static LegacyFailure httpStatus(int status) {
        return new LegacyFailure("HTTPStatusCode", status);
    }

    /** A reason without a number. */
    public static LegacyFailure of(String reason) {
        return new LegacyFailure(reason, 0);
    }
}
