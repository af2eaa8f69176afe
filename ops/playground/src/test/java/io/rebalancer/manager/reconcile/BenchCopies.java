package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.CopyKey;
import java.util.UUID;

/**
 * Copies of a storage node, each computed from its number, in no order of their keys. One in 10,000 has drifted: it has a
 * record only, a file only, or a file of another length.
 *
 * @param count number of copies
 */
record BenchCopies(long count) {
    private static final int OWNERS = 20;
    private static final int ONE_IN = 10_000;
    private static final long MAX_BYTES = 1 << 30;
    private static final long FIRST_MILLIS = 1_700_000_000_000L;
    private static final long YEAR_MILLIS = 365L * 24 * 3600 * 1000;
    private static final long MAX_UPLOAD_MILLIS = 1000;

    /** What is wrong with a copy. */
    enum Drift {
        NONE,
        NO_FILE,
        NO_RECORD,
        OTHER_LENGTH
    }

    static CopyKey key(long number) {
        long owner = Math.floorMod(mix(number), (long) OWNERS);
        return new CopyKey(
                new UUID(mix(owner + 7), mix(owner + 77)), new UUID(mix(4 * number + 1), mix(4 * number + 2)));
    }

    static long sizeBytes(long number) {
        return 1 + Math.floorMod(mix(4 * number + 3), MAX_BYTES);
    }

    static long modifiedMillis(long number) {
        return FIRST_MILLIS + Math.floorMod(mix(4 * number), YEAR_MILLIS);
    }

    /** When the file got its name, some time after its content. */
    static long changedMillis(long number) {
        return modifiedMillis(number) + Math.floorMod(mix(-4 * number), MAX_UPLOAD_MILLIS);
    }

    static Drift drift(long number) {
        long random = Math.floorMod(mix(~number), 3L * ONE_IN);
        return random < 3 ? Drift.values()[1 + (int) random] : Drift.NONE;
    }

    /** The number of copies with that drift. */
    long drifted(Drift drift) {
        long found = 0;
        for (long number = 0; number < count; number++) {
            found += drift(number) == drift ? 1 : 0;
        }
        return found;
    }

    /** The step of SplitMix64. */
    private static long mix(long value) {
        long mixed = value * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
