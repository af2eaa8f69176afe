package io.rebalancer.core.estimate;

import java.time.Duration;
import java.util.List;

/**
 * How fast records were settled or given up, and how steadily.
 *
 * @param seconds length of the observed time
 * @param records records that the pass was done with
 * @param bytes content bytes of the moved objects
 * @param relativeError standard error of the rate as a share of it; 1 if it is not known
 */
public record MeasuredRate(double seconds, long records, long bytes, double relativeError) {
    /** Nothing was observed. */
    public static final MeasuredRate NONE = new MeasuredRate(0, 0, 0, 1);

    private static final int MIN_SLICES = 3;
    /** Neighbouring slices are alike, so only those of different minutes are taken for independent. */
    private static final Duration INDEPENDENT_AFTER = Duration.ofMinutes(1);

    /**
     * The rate over slices of equal length, the oldest first.
     *
     * @param slice length of each
     * @param records for each slice
     * @param bytes of all slices together
     */
    public static MeasuredRate of(Duration slice, List<Long> records, long bytes) {
        int count = records.size();
        long sum = records.stream().mapToLong(Long::longValue).sum();
        double mean = (double) sum / Math.max(1, count);
        double squares = records.stream()
                .mapToDouble(each -> (each - mean) * (each - mean))
                .sum();
        double seconds = slice.toMillis() / 1000.0 * count;
        double independent = Math.max(1, seconds / INDEPENDENT_AFTER.toSeconds());
        double error = count < MIN_SLICES || sum == 0 ? 1 : Math.sqrt(squares / (count - 1) / independent) / mean;
        return new MeasuredRate(seconds, sum, bytes, Math.min(1, error));
    }

    /** Records in each second; 0 if nothing was observed. */
    public double recordsPerSecond() {
        return seconds > 0 ? records / seconds : 0;
    }

    /** Content bytes in each second; 0 if nothing was observed. */
    public double bytesPerSecond() {
        return seconds > 0 ? bytes / seconds : 0;
    }
}
