package io.rebalancer.core.reconcile;

/**
 * Candidates that are no findings.
 *
 * @param young the file or the record is younger than the grace
 * @param inUse the agent is writing the copy, or an assignment in progress needs it
 * @param changed looked at again, file and records agree
 * @param unknown it could not be found out whether the file exists
 */
public record SkippedCounts(long young, long inUse, long changed, long unknown) {
    /** Nothing was skipped. */
    public static final SkippedCounts NONE = new SkippedCounts(0, 0, 0, 0);

    /** The sums. */
    public SkippedCounts plus(SkippedCounts other) {
        return new SkippedCounts(
                young + other.young, inUse + other.inUse, changed + other.changed, unknown + other.unknown);
    }
}
