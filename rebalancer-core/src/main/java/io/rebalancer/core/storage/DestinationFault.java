package io.rebalancer.core.storage;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A destination did not carry out an assignment.
 *
 * @param cause what went wrong, as a stable word
 * @param detail what went wrong, as readable text; cut after 300 characters
 */
public record DestinationFault(PenaltyCause cause, String detail) {
    /** Longest detail; the broker sends the details of all penalties in one message. */
    private static final int MAX_DETAIL = 300;

    /** Failures that a copy to any other destination would have met too. */
    private static final Set<Reason> FAULTS_OF_SOURCES =
            Set.of(Reason.SOURCE_OBJECT_NOT_FOUND, Reason.MD5_MISMATCH, Reason.HTTP_STATUS_CODE, Reason.UNRECOVERABLE);

    public DestinationFault {
        detail = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL) + "...";
    }

    /** The fault behind an assignment that was given up. */
    public static DestinationFault lost(Reason reason, String detail) {
        return new DestinationFault(PenaltyCause.of(reason), detail);
    }

    /** A fault if not one copy of {@code assignment} succeeded, and not only sources were the cause. */
    public static Optional<DestinationFault> ofCopies(Assignment assignment, List<UnmovedRecord> failures) {
        boolean allFailed = failures.size() >= assignment.tasks().size();
        boolean sourcesOnly = failures.stream().allMatch(each -> FAULTS_OF_SOURCES.contains(each.reason()));
        return !allFailed || sourcesOnly
                ? Optional.empty()
                : Optional.of(new DestinationFault(
                        PenaltyCause.COPIES_FAILED,
                        "all " + failures.size() + " copies failed; the last: "
                                + failures.get(failures.size() - 1).detail()));
    }
}
