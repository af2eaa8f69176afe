package io.rebalancer.core.reconcile;

import java.time.Duration;

/**
 * How many repairs a run does on one storage node. Only repairs that are tried count: a finding that is no drift any more
 * costs nothing. 0 disables the class.
 *
 * @param copies objects that are copied to the node again, and copies that are added for its records, at least 0
 * @param quarantines files that are moved into quarantine, at least 0
 * @param quarantineAfter time after the end of the plan before which no file is moved: longer than a request to the metadata tier
 *     takes. A user may read a record, delete it, and only then write the snaplink for which it was read
 * @param hold time for which a file stays in quarantine at least
 * @param purgeBytes bytes that are deleted from the quarantine, at least 0
 */
public record RepairLimits(long copies, long quarantines, Duration quarantineAfter, Duration hold, long purgeBytes) {
    /** @throws IllegalArgumentException naming the value that is out of range */
    public RepairLimits {
        if (quarantineAfter.isNegative() || hold.isNegative()) {
            throw new IllegalArgumentException("limits.quarantine-after and limits.hold must be at least 0");
        }
        if (copies < 0 || quarantines < 0 || purgeBytes < 0) {
            throw new IllegalArgumentException("limits of repairs must be at least 0");
        }
    }

    /** The limit of a class: a number of repairs, or of bytes for {@link Repair#PURGE}. */
    public long of(Repair repair) {
        return switch (repair) {
            case COPY_AGAIN, ADD_COPY -> copies;
            case QUARANTINE -> quarantines;
            case PURGE -> purgeBytes;
            case NONE -> 0;
        };
    }
}
