package io.rebalancer.core.settings;

/**
 * The weights of all jobs that plan now.
 *
 * @param total of all together; 0 if it is not known
 * @param heaviest the largest of them; 0 if it is not known
 */
public record WeightTotals(long total, long heaviest) {
    public static final WeightTotals UNKNOWN = new WeightTotals(0, 0);
}
