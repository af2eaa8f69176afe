package io.rebalancer.core.evacuate;

/**
 * Records by outcome; the terms of the sum that promise P4 speaks of.
 *
 * @param relocated records now naming the new copy
 * @param superseded records whose object a user replaced meanwhile; a success
 * @param gone records a user deleted meanwhile; a success
 * @param duplicate further records of an object already relocated, now naming the same new copy
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

    /** Both added, count by count. */
    public SettledCounts plus(SettledCounts other) {
        return new SettledCounts(
                relocated + other.relocated,
                superseded + other.superseded,
                gone + other.gone,
                duplicate + other.duplicate,
                bytes + other.bytes);
    }

    /** Records that ended well. */
    public long settled() {
        return relocated + superseded + gone + duplicate;
    }
}
