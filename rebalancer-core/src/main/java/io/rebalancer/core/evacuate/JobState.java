package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.SettingName;
import java.util.Optional;
import java.util.Set;

/**
 * One evacuate job, composed of parts. Each part knows the events that change it.
 *
 * <p>The size of the state does not grow with the number of objects: the scan has one mark for each shard, the planner
 * bounds the assignments in flight and the releases, and exceptions are counted here and listed by the read side.
 *
 * @param phase where the job is in its life
 * @param interrupted the phase to which a held job returns; empty unless it is held or about to be
 * @param order what the job was created for; empty before creation
 * @param epoch number of the job's incarnation, 0 before creation: see {@link io.rebalancer.core.assignment.FencingToken}
 * @param passes the number of the current pass, and how useful the passes are
 * @param scan how far each shard is scanned in the current pass
 * @param inFlight assignments that have not ended
 * @param releases assignments that have ended, and whose agent has not acknowledged that
 * @param outcomes what became of the other records
 * @param verification what the last verification found; empty before the first
 * @param settings what operators chose for the job
 * @param reason why the job fails, failed or is stalled, or what keeps it from being DONE, or empty text
 */
public record JobState(
        JobPhase phase,
        Optional<JobPhase> interrupted,
        Optional<EvacuateOrder> order,
        long epoch,
        PassProgress passes,
        ScanProgress scan,
        AssignmentsInFlight inFlight,
        PendingReleases releases,
        Outcomes outcomes,
        Optional<Verification> verification,
        Choices settings,
        String reason) {

    public static final JobState EMPTY = new JobState(
            JobPhase.NONE,
            Optional.empty(),
            Optional.empty(),
            0,
            PassProgress.NONE,
            ScanProgress.START,
            AssignmentsInFlight.NONE,
            PendingReleases.NONE,
            Outcomes.NONE,
            Optional.empty(),
            Choices.NONE,
            "");

    /**
     * The state after {@code event}. Total: it never throws for a stored event, has no side effect and asks no clock,
     * because the journal replays it.
     */
    public JobState apply(JobEvent event) {
        PassProgress passesAfter = passes.after(event, outcomes);
        return new JobState(
                phase.after(event),
                interruptedAfter(event),
                event instanceof JobEvent.JobCreated e
                        ? Optional.of(new EvacuateOrder(e.leaving(), e.maxRecords(), e.selection()))
                        : order,
                epochAfter(event),
                passesAfter,
                scan.after(event),
                inFlight.after(event),
                releases.after(event, inFlight),
                outcomes.after(event, inFlight, scan, passesAfter.retry()),
                event instanceof JobEvent.VerificationFinished e
                        ? Optional.of(Verification.of(e.evidence(), e.at()))
                        : verification,
                settingsAfter(event),
                reasonAfter(event));
    }

    private Optional<JobPhase> interruptedAfter(JobEvent event) {
        JobPhase next = phase.after(event);
        if (!next.stopsWrites() && !next.isHeld()) {
            return Optional.empty();
        }
        // A pass that was stalled has its time again.
        return interrupted.or(() -> Optional.of(phase.runsPass() ? JobPhase.RUNNING : phase));
    }

    private Choices settingsAfter(JobEvent event) {
        if (event instanceof JobEvent.SettingsChanged e) {
            return settings.after(e.change(), e.by(), e.at());
        }
        return event instanceof JobEvent.CommitParallelismSet e
                ? settings.withUnsigned(SettingName.COMMIT_PARALLELISM, e.records())
                : settings;
    }

    private String reasonAfter(JobEvent event) {
        if (event instanceof JobEvent.JobFailing e) {
            return e.reason();
        }
        if (event instanceof JobEvent.JobStalled e) {
            return e.detail();
        }
        if (phase == JobPhase.STALLED
                && phase.after(event) != JobPhase.STALLED
                && !(event instanceof JobEvent.JobEnded)) {
            return "";
        }
        return event instanceof JobEvent.JobEnded e ? e.reason() : reason;
    }

    private long epochAfter(JobEvent event) {
        if (event instanceof JobEvent.JobCreated) {
            return 1;
        }
        return event instanceof JobEvent.IncarnationBegan e ? e.epoch() : epoch;
    }

    /** The state without the lists that may be long: what people and other members get. */
    public JobOutline outline() {
        return JobOutline.of(this);
    }

    /** Whether the job still sends orders or writes metadata, so that a start from the journal begins an incarnation. */
    @JsonIgnore
    public boolean isActive() {
        return phase != JobPhase.NONE && (!phase.terminal() || !releases.isEmpty());
    }

    /** Whether the job ends early and nothing holds it any more. */
    @JsonIgnore
    public boolean mayEndEarly() {
        return inFlight.count() == 0
                && (phase == JobPhase.FAILING || phase == JobPhase.CANCELLING && releases.isEmpty());
    }

    /** Whether the next phase begins only when every release is acknowledged. */
    @JsonIgnore
    public boolean waitsForReleases() {
        return phase.stopsWrites() || phase == JobPhase.CANCELLING;
    }

    /** Whether a job that stops its writes is held once these agents have confirmed that they write nothing. */
    @JsonIgnore
    public boolean mayBePaused(Set<StorageNodeId> confirmedBy) {
        return phase.stopsWrites() && releases.isEmpty() && confirmedBy.containsAll(inFlight.agentsAtWork());
    }

    /** The storage node that the job empties; empty before creation. */
    public Optional<CopyLocation> leaving() {
        return order.map(EvacuateOrder::leaving);
    }

    /** The records of the job by outcome. */
    public JobCounts counts() {
        UnmovedCounts unmoved = outcomes.unmoved();
        return new JobCounts(outcomes.settled(), unmoved.skipped(), unmoved.failed(), inFlight.records());
    }

    /** Records settled since the pass began. */
    public long settledInPass() {
        return outcomes.settled().total() - passes.settledBefore().total();
    }

    /** Whether the next pass may visit only what the last one left: a verification has not found other records since. */
    @JsonIgnore
    public boolean mayRetryUnmoved() {
        return phase == JobPhase.WAITING
                && outcomes.unmoved().total() > 0
                && verification.filter(Verification::needsAnotherPass).isEmpty();
    }

    /** The exceptions of an ended job that the job looks at; empty if it looks at all records. */
    public Optional<RetrySelection> selection() {
        return order.flatMap(EvacuateOrder::selection);
    }

    /** Whether the order's limit on records is reached. */
    @JsonIgnore
    public boolean isLimitReached() {
        return order.filter(EvacuateOrder::isLimited)
                .filter(each -> counts().discovered() >= each.maxRecords())
                .isPresent();
    }
}
