package io.rebalancer.manager.evacuate.commit;

/** A write was not sent, because the {@link DestinationCheck} refused its destination. */
final class DestinationRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DestinationRefused(String detail) {
        super(detail, null, false, false);
    }
}
