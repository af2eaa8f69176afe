package io.rebalancer.core.inventory;

import java.time.Instant;
import java.util.Optional;

/**
 * A file of the object layout, as the agent of its storage node found it.
 *
 * @param sizeBytes length of the file
 * @param modifiedMillis when the content last changed, in milliseconds since 1970 by the clock of the storage node;
 *     {@link #UNKNOWN_TIME} if the file system does not know it
 * @param changedMillis when the inode last changed, which a rename does too; {@link #UNKNOWN_TIME} if unknown
 * @param touched whether the agent published or removed this file while it listed the files
 */
public record InventoryEntry(CopyKey key, long sizeBytes, long modifiedMillis, long changedMillis, boolean touched) {

    /** In place of a time that is not known. A file of unknown age is never taken for an old one. */
    public static final long UNKNOWN_TIME = Long.MIN_VALUE;

    /** The file that was seen at a look. */
    public static InventoryEntry of(CopyFacts facts) {
        return new InventoryEntry(facts.key(), facts.sizeBytes(), facts.modifiedMillis(), facts.changedMillis(), false);
    }

    /** When the content or the inode last changed; empty if a time is unknown. */
    public Optional<Instant> lastChanged() {
        return modifiedMillis == UNKNOWN_TIME || changedMillis == UNKNOWN_TIME
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(Math.max(modifiedMillis, changedMillis)));
    }

    /**
     * The age of the file, in milliseconds: the time since its content or its inode last changed.
     *
     * @param nowMillis the clock of the storage node
     * @return 0 if a time is unknown, or in the future
     */
    public long ageMillis(long nowMillis) {
        return lastChanged()
                .map(changed -> Math.max(0, nowMillis - changed.toEpochMilli()))
                .orElse(0L);
    }
}
