package io.rebalancer.core.legacy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.pcollections.TreePMap;

/**
 * The assignments that have ended and that nothing has removed yet, numbered in the order of their ends. The oldest expire
 * first, so the number of the first one to keep describes an expiry. Immutable; each change takes logarithmic time, however
 * many assignments there are.
 */
public final class EndedLegacyAssignments {
    public static final EndedLegacyAssignments NONE = new EndedLegacyAssignments(TreePMap.empty(), TreePMap.empty(), 0);

    private final TreePMap<Long, EndedLegacyAssignment> byNumber;
    private final TreePMap<UUID, Long> numbers;
    private final long bytesOfFailed;

    private EndedLegacyAssignments(
            TreePMap<Long, EndedLegacyAssignment> byNumber, TreePMap<UUID, Long> numbers, long bytesOfFailed) {
        this.byNumber = byNumber;
        this.numbers = numbers;
        this.bytesOfFailed = bytesOfFailed;
    }

    /** @param byNumber each assignment by its number, in any order */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static EndedLegacyAssignments of(Map<Long, EndedLegacyAssignment> byNumber) {
        EndedLegacyAssignments all = NONE;
        for (Map.Entry<Long, EndedLegacyAssignment> each : byNumber.entrySet()) {
            all = all.plus(each.getKey(), each.getValue());
        }
        return all;
    }

    /** Each assignment by its number, in ascending order. */
    @JsonValue
    public Map<Long, EndedLegacyAssignment> byNumber() {
        return byNumber;
    }

    /** The assignment with this id. */
    public Optional<EndedLegacyAssignment> find(UUID assignmentId) {
        return Optional.ofNullable(numbers.get(assignmentId)).map(byNumber::get);
    }

    /** Number of assignments. */
    public int size() {
        return byNumber.size();
    }

    /** Roughly the heap that the failed tasks of all assignments take, in bytes. */
    long bytesOfFailed() {
        return bytesOfFailed;
    }

    EndedLegacyAssignments plus(EndedLegacyAssignment ended) {
        return plus(byNumber.isEmpty() ? 0 : byNumber.lastKey() + 1, ended);
    }

    private EndedLegacyAssignments plus(long number, EndedLegacyAssignment ended) {
        return new EndedLegacyAssignments(
                byNumber.plus(number, ended),
                numbers.plus(ended.id(), number),
                bytesOfFailed + ended.estimatedBytesOfFailed());
    }

    EndedLegacyAssignments without(UUID assignmentId) {
        Long number = numbers.get(assignmentId);
        EndedLegacyAssignment ended = number == null ? null : byNumber.get(number);
        return number == null || ended == null ? this : minus(number, ended);
    }

    private EndedLegacyAssignments minus(long number, EndedLegacyAssignment ended) {
        return new EndedLegacyAssignments(
                byNumber.minus(number), numbers.minus(ended.id()), bytesOfFailed - ended.estimatedBytesOfFailed());
    }

    /** These assignments without those that have a lower number. */
    EndedLegacyAssignments from(long firstNumber) {
        EndedLegacyAssignments kept = this;
        for (Map.Entry<Long, EndedLegacyAssignment> each : byNumber.entrySet()) {
            if (each.getKey() >= firstNumber) {
                break;
            }
            kept = kept.minus(each.getKey(), each.getValue());
        }
        return kept;
    }

    /** The expiry of the oldest assignments that exceed {@code limits}. The newest assignment never expires this way. */
    Optional<LegacyEvent.LegacyExpired> expireExcess(LegacyLimits limits) {
        long bytes = bytesOfFailed;
        int expired = 0;
        long firstKept = 0;
        for (Map.Entry<Long, EndedLegacyAssignment> each : byNumber.entrySet()) {
            int left = size() - expired;
            firstKept = each.getKey();
            if (left == 1 || left <= limits.keepEnded() && bytes <= limits.keepFailedBytes()) {
                break;
            }
            bytes -= each.getValue().estimatedBytesOfFailed();
            expired++;
        }
        return expiry(expired, firstKept);
    }

    /**
     * The expiry of the assignments that ended before {@code limit}. One without a time ended before its successor, so it
     * expires with the first successor that has a time.
     */
    Optional<LegacyEvent.LegacyExpired> expireBefore(Instant limit) {
        int passed = 0;
        int expired = 0;
        long firstKept = 0;
        for (Map.Entry<Long, EndedLegacyAssignment> each : byNumber.entrySet()) {
            Optional<Instant> endedAt = each.getValue().endedAt();
            passed++;
            if (endedAt.isPresent() && !endedAt.get().isBefore(limit)) {
                break;
            }
            if (endedAt.isPresent()) {
                expired = passed;
                firstKept = each.getKey() + 1;
            }
        }
        return expiry(expired, firstKept);
    }

    private static Optional<LegacyEvent.LegacyExpired> expiry(int count, long firstKept) {
        return count == 0 ? Optional.empty() : Optional.of(new LegacyEvent.LegacyExpired(firstKept, count));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EndedLegacyAssignments that && byNumber.equals(that.byNumber);
    }

    @Override
    public int hashCode() {
        return byNumber.hashCode();
    }

    @Override
    public String toString() {
        return byNumber.toString();
    }
}
