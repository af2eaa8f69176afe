package io.rebalancer.core.inventory;

import java.util.UUID;

/**
 * Names a copy on a storage node, in the v1 layout: the file {@code OWNER/OBJECT} below the object root (manta.md 9.4). Keys
 * have the order of the bytes of these paths, so files and metadata records can be merged.
 */
public record CopyKey(UUID owner, UUID objectId) implements Comparable<CopyKey> {

    /** The lowest key. */
    public static final CopyKey FIRST = new CopyKey(new UUID(0, 0), new UUID(0, 0));

    /** The highest key. */
    public static final CopyKey LAST = new CopyKey(new UUID(-1, -1), new UUID(-1, -1));

    /** {@link UUID#compareTo} is signed, so it has not the order of the text. */
    @Override
    public int compareTo(CopyKey other) {
        int owners = compare(owner, other.owner);
        return owners != 0 ? owners : compare(objectId, other.objectId);
    }

    private static int compare(UUID one, UUID other) {
        int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
    }

    /** The path of the file below the object root. */
    @Override
    public String toString() {
        return owner + "/" + objectId;
    }
}
