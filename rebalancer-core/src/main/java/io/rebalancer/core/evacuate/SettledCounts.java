package io.rebalancer.core.evacuate;

/**
 * Records that ended well, by outcome. Part of a stored event.
 *
 * @param relocated records that now name the new copy
 * @param superseded records whose object a user replaced; a success
 * @param gone records that a user deleted; a success
 * @param duplicate further records of an object that is already relocated; they name the same new copy
 * @param bytes content bytes of the relocated objects
 */
public record SettledCounts(long relocated, long superseded, long gone, long duplicate, long bytes) {
    public static final SettledCounts ZERO = new SettledCounts(0, 0, 0, 0, 0);

    /** @throws IllegalArgumentException if a count is negative */
    public SettledCounts {
        if (relocated < 0 || superseded < 0 || gone < 0 || duplicate < 0 || bytes < 0) {
            throw new IllegalArgumentException("negative count");
        }
    }

    /** The sum of both, count by count. */
    public SettledCounts plus(SettledCounts other) {
        return new SettledCounts(
                relocated + other.relocated,
                superseded + other.superseded,
                gone + other.gone,
                duplicate + other.duplicate,
                bytes + other.bytes);
    }

    /** All records that ended well. */
    public long total() {
        return relocated + superseded + gone + duplicate;
    }
}
