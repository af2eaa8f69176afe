package io.rebalancer.core.inventory;

/**
 * What a storage node has under the name of a copy right now.
 *
 * @param sizeBytes length of the file; 0 unless it is present
 * @param modifiedMillis see {@link InventoryEntry}
 * @param changedMillis see {@link InventoryEntry}
 */
public record CopyFacts(CopyKey key, Presence presence, long sizeBytes, long modifiedMillis, long changedMillis) {

    /** Whether the file exists. */
    public enum Presence {
        /** A regular file has the name. */
        PRESENT,
        /** Nothing has the name, and its directories could be read. */
        ABSENT,
        /** A copy of the object is being written, or an assignment in progress needs the file. */
        IN_USE,
        /** It could not be found out, or something else than a regular file has the name. */
        UNKNOWN
    }
}
