package io.rebalancer.core.evacuate;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.settings.Choices;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A job as people and other members see it: {@link JobState} without the lists that may be long. Its size depends on the
 * number of shards and of assignments in flight, not on the number of their records. A job can't continue from it.
 *
 * @param pass the number of the current or last pass, 0 before the first
 * @param scan how far each shard is scanned in the current pass; without what may be long
 * @param assignments those that have not ended, in the order of their ids
 * @param releasesPending assignments that have ended, and whose agent has not acknowledged that
 * @param outcomes what became of the other records
 * @param verification what the last verification found; empty before the first
 */
public record JobOutline(
        JobPhase phase,
        Optional<EvacuateOrder> order,
        long epoch,
        int pass,
        ScanProgress scan,
        List<AssignmentOutline> assignments,
        int releasesPending,
        Outcomes outcomes,
        Optional<Verification> verification,
        Choices settings,
        String reason) {

    public JobOutline {
        assignments = assignments.stream()
                .sorted(Comparator.comparing(AssignmentOutline::id))
                .toList();
    }

    static JobOutline of(JobState job) {
        return new JobOutline(
                job.phase(),
                job.order(),
                job.epoch(),
                job.passes().number(),
                job.scan().brief(),
                job.inFlight().all().stream().map(AssignmentOutline::of).toList(),
                job.releases().all().size(),
                job.outcomes(),
                job.verification(),
                job.settings(),
                job.reason());
    }

    /** The storage node that the job empties; empty before creation. */
    public Optional<CopyLocation> leaving() {
        return order.map(EvacuateOrder::leaving);
    }

    /** Records that ended well, over all passes. */
    public SettledCounts settled() {
        return outcomes.settled();
    }

    /** Records of the current pass that did not. */
    public UnmovedCounts unmoved() {
        return outcomes.unmoved();
    }

    /** The records of the job by outcome. */
    public JobCounts counts() {
        long inFlight = assignments.stream().mapToLong(AssignmentOutline::tasks).sum();
        return new JobCounts(settled(), unmoved().skipped(), unmoved().failed(), inFlight);
    }

    /** The number of records whose copies are verified and whose metadata is not committed yet. */
    public long copiedRecords() {
        return assignments.stream().mapToLong(AssignmentOutline::copied).sum();
    }
}
