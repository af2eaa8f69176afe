package io.rebalancer.core.reconcile;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run found on one storage node.
 *
 * @param fault why the node was not compared, or not completely; empty if it was
 * @param detail the fault for an operator: what is wrong and what to do; or empty text
 * @param rootId identity of the object root, or empty text
 * @param listedAt when the listing began, by the clock of the node; empty without a listing
 * @param coverage what was listed
 * @param claims copies that records claim
 * @param found findings by kind
 * @param contents what was read of the contents; nothing unless the run was ordered to
 * @param receivedBytes bytes of the listing that the manager received
 */
public record NodeReport(
        StorageNodeId node,
        Optional<AbortReason> fault,
        String detail,
        String rootId,
        Optional<Instant> listedAt,
        Coverage coverage,
        long claims,
        Map<DriftKind, Long> found,
        SkippedCounts skipped,
        ContentCounts contents,
        long receivedBytes) {
    private static final int OUTLINE_DETAIL = 100;

    /** Keeps a copy of the counts. */
    public NodeReport {
        found = Map.copyOf(found);
    }

    /** A node that could not be compared. */
    public static NodeReport unknown(StorageNodeId node, AbortReason fault, String detail) {
        return new NodeReport(
                node,
                Optional.of(fault),
                detail,
                "",
                Optional.empty(),
                Coverage.NONE,
                0,
                Map.of(),
                SkippedCounts.NONE,
                ContentCounts.NONE,
                0);
    }

    /** Whether repairs that remove something may follow: everything was read, and nothing is suspicious. */
    @JsonIgnore
    public boolean isClean() {
        return fault.isEmpty() && coverage.isComplete();
    }

    /** The same report without samples of faults and ranges, and with the beginning of its detail. */
    public NodeReport outline() {
        return new NodeReport(
                node,
                fault,
                detail.substring(0, Math.min(detail.length(), OUTLINE_DETAIL)),
                rootId,
                listedAt,
                new Coverage(
                        coverage.files(),
                        coverage.bytes(),
                        coverage.unmanaged(),
                        List.of(),
                        coverage.faults(),
                        List.of()),
                claims,
                found,
                skipped,
                contents,
                receivedBytes);
    }
}
