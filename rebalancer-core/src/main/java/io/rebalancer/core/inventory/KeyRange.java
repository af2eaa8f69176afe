package io.rebalancer.core.inventory;

import java.util.Optional;
import java.util.UUID;

/**
 * A range of keys.
 *
 * @param after the last key before the range; empty if the range starts with the lowest key
 * @param upTo the last key of the range
 */
public record KeyRange(Optional<CopyKey> after, CopyKey upTo) {

    /** All keys. */
    public static final KeyRange ALL = new KeyRange(Optional.empty(), CopyKey.LAST);

    /** @throws IllegalArgumentException if the range ends before it starts */
    public KeyRange {
        if (after.isPresent() && after.get().compareTo(upTo) > 0) {
            throw new IllegalArgumentException("the range ends at " + upTo + ", before it starts after " + after.get());
        }
    }

    /** All keys of an owner. */
    public static KeyRange ofOwner(UUID owner) {
        CopyKey lowest = new CopyKey(owner, new UUID(0, 0));
        return new KeyRange(before(lowest), new CopyKey(owner, new UUID(-1, -1)));
    }

    /** One key. */
    public static KeyRange ofKey(CopyKey key) {
        return new KeyRange(before(key), key);
    }

    /** The highest key below {@code key}; empty if there is none. */
    private static Optional<CopyKey> before(CopyKey key) {
        UUID lowest = new UUID(0, 0);
        if (!key.objectId().equals(lowest)) {
            return Optional.of(new CopyKey(key.owner(), before(key.objectId())));
        }
        return key.owner().equals(lowest)
                ? Optional.empty()
                : Optional.of(new CopyKey(before(key.owner()), new UUID(-1, -1)));
    }

    private static UUID before(UUID id) {
        long low = id.getLeastSignificantBits();
        return new UUID(id.getMostSignificantBits() - (low == 0 ? 1 : 0), low - 1);
    }

    /** Whether the key belongs to the range. */
    public boolean contains(CopyKey key) {
        return key.compareTo(upTo) <= 0
                && after.map(last -> key.compareTo(last) > 0).orElse(true);
    }
}
