package io.rebalancer.agent.store;

/**
 * How an object store writes and keeps files.
 *
 * @param durability what must be true of a copy before it is reported
 * @param quarantine bounds of the files that lost their object's name
 * @param parts limits of objects that are not complete
 */
public record StoreOptions(Durability durability, QuarantineBounds quarantine, PartLimits parts) {

    /** Options with the default limits. */
    public static StoreOptions of(Durability durability) {
        return new StoreOptions(durability, QuarantineBounds.DEFAULT, PartLimits.DEFAULT);
    }
}
