package io.rebalancer.core.inventory;

/**
 * The digest of the copies of a range: their number, and the exclusive-or of a hash of each copy's key and size. Ranges with
 * equal digests hold the same copies, but for an accident of one in 2^64. The range starts after the range before it.
 *
 * @param upTo the last key of the range
 * @param copies number of copies
 * @param hash exclusive-or of {@link #hash} over the copies
 */
public record RangeDigest(CopyKey upTo, long copies, long hash) {

    /** The digest of no copies. */
    public static RangeDigest empty(CopyKey upTo) {
        return new RangeDigest(upTo, 0, 0);
    }

    /** Whether both digests are of the same copies. */
    public boolean agreesWith(long otherCopies, long otherHash) {
        return copies == otherCopies && hash == otherHash;
    }

    /** The hash of one copy. Managers and agents of all versions must agree on it. */
    public static long hash(CopyKey key, long sizeBytes) {
        long hash = mix(key.owner().getMostSignificantBits() + 0x9E3779B97F4A7C15L);
        hash = mix(hash ^ key.owner().getLeastSignificantBits());
        hash = mix(hash ^ key.objectId().getMostSignificantBits());
        hash = mix(hash ^ key.objectId().getLeastSignificantBits());
        return mix(hash ^ sizeBytes);
    }

    /** The finalizer of MurmurHash3 for 64 bits: each bit of the value changes about half of the bits of the result. */
    private static long mix(long value) {
        long mixed = value;
        mixed = (mixed ^ (mixed >>> 33)) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ (mixed >>> 33);
    }
}
