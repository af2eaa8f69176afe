package io.rebalancer.persistence.readside;

/** A position of the read side is not where its writer left it. */
final class PositionConflict extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PositionConflict(String persistenceId, long expected) {
        super("the read side is not at event " + expected + " of " + persistenceId
                + ": another projector advanced it, or the tables were emptied");
    }
}
