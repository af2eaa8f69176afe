package io.rebalancer.agent.store;

/**
 * How an object store writes and keeps files.
 *
 * @param durability what must be true of a copy before it is reported
 * @param quarantine bounds of the files that lost their object's name
 * @param modes modes of new files and directories
 * @param parts limits of objects that are not complete
 */
public record StoreOptions(Durability durability, QuarantineBounds quarantine, FileModes modes, PartLimits parts) {

    /** Options with the default limits, and the modes of the object root. */
    public static StoreOptions of(Durability durability) {
        return new StoreOptions(durability, QuarantineBounds.DEFAULT, FileModes.FROM_ROOT, PartLimits.DEFAULT);
    }
}
