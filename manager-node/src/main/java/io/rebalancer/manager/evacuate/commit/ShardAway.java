package io.rebalancer.manager.evacuate.commit;

/** A call was given up without effect, because its shard has been unavailable for too long. */
final class ShardAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ShardAway(String detail) {
        super(detail, null, false, false);
    }
}
