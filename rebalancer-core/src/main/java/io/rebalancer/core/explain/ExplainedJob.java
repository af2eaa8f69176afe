package io.rebalancer.core.explain;

import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What the explanation of a record needs to know of its job.
 *
 * @param leaving the node that the job empties
 * @param waiting what the job waits for now
 * @param excludedTexts records whose key contains one of these texts are excluded from jobs
 */
public record ExplainedJob(
        UUID id, JobOutline state, StorageNodeId leaving, List<JobWait> waiting, List<String> excludedTexts) {
    public ExplainedJob {
        waiting = List.copyOf(waiting);
        excludedTexts = List.copyOf(excludedTexts);
    }

    boolean excludes(String key) {
        return excludedTexts.stream().anyMatch(key::contains);
    }

    /** When the next pass begins, if the job waits for it. */
    Optional<Instant> nextPassAt() {
        return waiting.stream()
                .filter(wait -> wait.cause() == JobWait.Cause.NEXT_PASS)
                .findFirst()
                .flatMap(JobWait::until);
    }

    /** What the job waits for, as a sentence that follows another; empty text if it waits for nothing. */
    String waits() {
        return waiting.isEmpty()
                ? ""
                : " The job waits now for: "
                        + waiting.stream()
                                .limit(3)
                                .map(wait -> wait.cause() + " (" + wait.detail() + ")")
                                .collect(Collectors.joining("; "))
                        + ".";
    }
}
