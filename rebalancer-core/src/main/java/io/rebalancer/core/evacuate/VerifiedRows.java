package io.rebalancer.core.evacuate;

/**
 * The rows of one metadata shard that a verification read. A row that names the storage node is counted in exactly one of
 * the other members.
 *
 * @param read all rows, of every type
 * @param naming objects whose record names the storage node
 * @param unreadable rows that mention the storage node but can't be read
 * @param excluded rows of the storage node that the operator excludes from jobs
 * @param uploads directories of multipart uploads that reserve space on the storage node (manta.md 6.6)
 */
public record VerifiedRows(long read, long naming, long unreadable, long excluded, long uploads) {
    public static final VerifiedRows NONE = new VerifiedRows(0, 0, 0, 0, 0);

    /** The sum of both, count by count. */
    public VerifiedRows plus(VerifiedRows other) {
        return new VerifiedRows(
                read + other.read,
                naming + other.naming,
                unreadable + other.unreadable,
                excluded + other.excluded,
                uploads + other.uploads);
    }

    /** The rows because of which the storage node is not empty, or may not be empty. */
    public long ofNode() {
        return naming + unreadable + excluded + uploads;
    }
}
