package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.RetryClass;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Records that a pass leaves on the leaving node.
 *
 * @param skipped records without a usable copy or destination
 * @param failed records whose copy or commit failed
 * @param retryable records among those two whose reason may not hold in the next pass
 * @param skippedBy {@code skipped} by reason
 * @param failedBy {@code failed} by reason
 */
public record UnmovedCounts(
        long skipped, long failed, long retryable, Map<Reason, Long> skippedBy, Map<Reason, Long> failedBy) {
    public static final UnmovedCounts ZERO = new UnmovedCounts(0, 0, 0, Map.of(), Map.of());

    public UnmovedCounts {
        skippedBy = Map.copyOf(skippedBy);
        failedBy = Map.copyOf(failedBy);
    }

    /** Skipped and failed records. */
    public long total() {
        return skipped + failed;
    }

    /** Records that wait for something that time may bring: space, capacity, or an agent that is away. */
    @JsonIgnore
    public long waiting() {
        return Stream.of(skippedBy, failedBy)
                .flatMap(counts -> counts.entrySet().stream())
                .filter(each -> each.getKey().retryClass() == RetryClass.PRESSURE
                        || each.getKey() == Reason.DESTINATION_UNREACHABLE)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** The sum of both, count by count. */
    UnmovedCounts plus(UnmovedCounts other) {
        if (other.total() == 0) {
            return this;
        }
        return total() == 0
                ? other
                : new UnmovedCounts(
                        skipped + other.skipped,
                        failed + other.failed,
                        retryable + other.retryable,
                        sum(skippedBy, other.skippedBy),
                        sum(failedBy, other.failedBy));
    }

    /** The counts of the records with any other reason. */
    UnmovedCounts without(Set<Reason> reasons) {
        Map<Reason, Long> otherSkipped = new HashMap<>(skippedBy);
        Map<Reason, Long> otherFailed = new HashMap<>(failedBy);
        otherSkipped.keySet().removeAll(reasons);
        otherFailed.keySet().removeAll(reasons);
        long otherRetryable = Stream.of(otherSkipped, otherFailed)
                .flatMap(counts -> counts.entrySet().stream())
                .filter(each -> each.getKey().retryClass() != RetryClass.PERMANENT)
                .mapToLong(Map.Entry::getValue)
                .sum();
        return new UnmovedCounts(total(otherSkipped), total(otherFailed), otherRetryable, otherSkipped, otherFailed);
    }

    private static long total(Map<Reason, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Map<Reason, Long> sum(Map<Reason, Long> one, Map<Reason, Long> other) {
        Map<Reason, Long> sum = new HashMap<>(one);
        other.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
        return sum;
    }

    UnmovedCounts plus(Collection<UnmovedRecord> records) {
        Map<Reason, Long> bySkipped = new HashMap<>(skippedBy);
        Map<Reason, Long> byFailed = new HashMap<>(failedBy);
        long nowSkipped = skipped;
        long nowFailed = failed;
        long nowRetryable = retryable;
        for (UnmovedRecord each : records) {
            switch (each.kind()) {
                case SKIPPED -> {
                    nowSkipped++;
                    bySkipped.merge(each.reason(), 1L, Long::sum);
                }
                case FAILED -> {
                    nowFailed++;
                    byFailed.merge(each.reason(), 1L, Long::sum);
                }
            }
            switch (each.reason().retryClass()) {
                case TRANSIENT, PRESSURE -> nowRetryable++;
                case PERMANENT -> {}
            }
        }
        return new UnmovedCounts(nowSkipped, nowFailed, nowRetryable, bySkipped, byFailed);
    }
}
