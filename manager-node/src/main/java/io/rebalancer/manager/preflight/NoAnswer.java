package io.rebalancer.manager.preflight;

/** A check has no answer. The message states why, in one line. */
public final class NoAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoAnswer(String why) {
        super(why, null, false, false);
    }
}
