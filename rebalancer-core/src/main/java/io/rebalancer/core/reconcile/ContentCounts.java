package io.rebalancer.core.reconcile;

/**
 * What a run that reads contents has read on one storage node.
 *
 * @param files files whose content was read
 * @param bytes their length together
 * @param suspects files whose content was wrong for the first time; a later run that finds it wrong again reports it
 * @param notRead files whose content could not be read
 */
public record ContentCounts(long files, long bytes, long suspects, long notRead) {
    /** No content was read. */
    public static final ContentCounts NONE = new ContentCounts(0, 0, 0, 0);

    /** The sums. */
    public ContentCounts plus(ContentCounts other) {
        return new ContentCounts(
                files + other.files, bytes + other.bytes, suspects + other.suspects, notRead + other.notRead);
    }
}
