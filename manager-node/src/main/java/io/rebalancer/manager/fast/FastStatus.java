package io.rebalancer.manager.fast;

/** The role of a frame in its call (manta.md 7.1). */
public enum FastStatus {
    /** A request, or some results. */
    DATA(1),
    /** The last frame of an answer; may contain results too. */
    END(2),
    /** The call failed; the last frame of an answer. */
    ERROR(3);

    private final int number;

    FastStatus(int number) {
        this.number = number;
    }

    /** The status byte of a frame. */
    public int number() {
        return number;
    }
}
