package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobRules;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.manager.evacuate.commit.CommitResult;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher.AssignmentEnded;
import io.rebalancer.manager.evacuate.planning.Leftover;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.verification.VerificationEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * What messages of agents, of a pass and of a verification mean for a job. A step is a pure decision until
 * {@link EvacuateJob} has stored its events, so several steps can be stored in one write.
 */
final class JobSteps {
    private final UUID jobId;
    private final JobResources resources;
    private final Incarnation incarnation;
    private final AgentConversations agents;
    private final JobTelemetry telemetry;
    private final PhaseWork work;
    private final Logger log;

    JobSteps(
            UUID jobId,
            JobResources resources,
            Incarnation incarnation,
            AgentConversations agents,
            JobTelemetry telemetry,
            PhaseWork work,
            Logger log) {
        this.jobId = jobId;
        this.resources = resources;
        this.incarnation = incarnation;
        this.agents = agents;
        this.telemetry = telemetry;
        this.work = work;
        this.log = log;
    }

    /** What an operator's order means. */
    static JobCommand command(JobMessage.Action action) {
        if (action instanceof JobMessage.PauseJob) {
            return new JobCommand.Pause();
        }
        if (action instanceof JobMessage.ResumeJob) {
            return new JobCommand.Resume();
        }
        if (action instanceof JobMessage.RetryExceptions retry) {
            return new JobCommand.RetryExceptions(retry.reasons());
        }
        return action instanceof JobMessage.ChangeSettings change
                ? new JobCommand.ChangeSettings(change.change(), change.by())
                : new JobCommand.Cancel();
    }

    /** A number out of range would be a fault of that build, whose API refuses it. */
    static JobMessage.ChangeSettings ofEarlierBuild(JobMessage.SetCommitParallelism set) {
        SettingName name = SettingName.COMMIT_PARALLELISM;
        long records = Math.max(name.min(), Math.min(name.max(), set.records()));
        return new JobMessage.ChangeSettings(SettingsChange.of(name, records), "", set.replyTo());
    }

    /** What a message of an agent or of a child of the pass means. */
    JobStep of(JobState job, JobMessage message) {
        if (message instanceof JobInternalMessage.PlanningReported reported) {
            return work.pass().isCurrent(reported.generation()) ? onPlanningEvent(job, reported.event()) : JobStep.NONE;
        }
        if (message instanceof JobInternalMessage.CommitReported reported) {
            return work.pass().isCurrent(reported.generation()) ? onCommitResult(job, reported.result()) : JobStep.NONE;
        }
        if (message instanceof JobMessage.AssignmentAccepted accepted) {
            return of(job, new JobCommand.ReportAccepted(accepted.assignmentId()), stored -> {});
        }
        return message instanceof JobMessage.CopiesReported reported ? onCopiesReported(job, reported) : JobStep.NONE;
    }

    /** An agent has stored an assignment. Returns whether the job has to store that. */
    boolean markAccepted(JobState job, JobMessage.AssignmentAccepted accepted) {
        agents.markAccepted(accepted.assignmentId(), accepted.finished());
        telemetry.markAccepted(accepted.assignmentId());
        return job.inFlight()
                .find(accepted.assignmentId())
                .filter(each -> each.state() == AssignmentState.PLANNED)
                .isPresent();
    }

    private JobStep onPlanningEvent(JobState job, PlanningEvent event) {
        if (event instanceof PlanningEvent.BatchReady ready) {
            return onBatchReady(job, ready);
        }
        if (event instanceof PlanningEvent.RecordsUnplaced unplaced) {
            return of(job, new JobCommand.Except(unplaced.records(), unplaced.marks()), stored -> {});
        }
        if (event instanceof PlanningEvent.ScanMoved moved) {
            return of(job, new JobCommand.Advance(moved.marks()), stored -> {});
        }
        if (event instanceof PlanningEvent.ScanFailed failed) {
            return of(job, new JobCommand.Fail(failed.reason()), stored -> {});
        }
        if (event != PlanningEvent.PassDrained.INSTANCE) {
            return JobStep.NONE;
        }
        Duration pressureTimeout = resources.settings().timeouts().fullDestinations();
        return of(job, new JobCommand.FinishPass(pressureTimeout), stored -> {});
    }

    /**
     * The reply to another job that is about to verify that nothing names {@code node}; empty if this incarnation is
     * superseded, because its state is out of date. The other job asks again.
     */
    Optional<JobMessage.InFlightTo> inFlightTo(JobState job, StorageNodeId node) {
        if (incarnation.isSuperseded()) {
            return Optional.empty();
        }
        long assignments = job.inFlight().all().stream()
                .filter(each -> each.assignment().destination().storageNode().equals(node))
                .count();
        boolean fenced = resources.nodes().isOutOfService(node);
        return Optional.of(new JobMessage.InFlightTo(jobId, (int) assignments, fenced || !job.isActive()));
    }

    /** What an event of the verification means. */
    JobStep onVerificationEvent(JobState job, VerificationEvent event) {
        if (event instanceof VerificationEvent.Finished finished) {
            return of(job, new JobCommand.FinishVerification(finished.evidence()), stored -> {});
        }
        if (event instanceof VerificationEvent.Failed failed) {
            String reason = "metadata shard " + failed.shard() + " can't be verified: " + failed.reason();
            return of(job, new JobCommand.Fail(reason), stored -> {});
        }
        return JobStep.NONE;
    }

    /** The node may have left service since the batch was placed. */
    private JobStep onBatchReady(JobState job, PlanningEvent.BatchReady ready) {
        Assignment assignment = ready.assignment();
        Optional<String> fence =
                resources.nodes().refusal(assignment.destination().storageNode());
        if (fence.isPresent()) {
            return withdraw(job, ready, Reason.DESTINATION_FENCED, fence.get());
        }
        JobCommand command = new JobCommand.Plan(assignment, ready.marks());
        return step(
                job,
                command,
                (stored, events) -> stored.inFlight()
                        .find(assignment.id())
                        .ifPresent(planned -> agents.deliver(stored, planned.assignment())),
                refused -> refused.code() == Decision.Code.RELEASES_PENDING
                        ? withdraw(job, ready, Reason.AGENT_BUSY, refused.detail())
                        : refused(
                                command,
                                refused,
                                () -> work.endAssignment(AssignmentEnded.withdrawn(assignment, Leftover.NONE))));
    }

    /** The records of a batch that is not planned stay for the next pass. */
    private JobStep withdraw(JobState job, PlanningEvent.BatchReady ready, Reason reason, String detail) {
        PlanningEvent.RecordsUnplaced unplaced = ready.unplaced(reason, detail);
        return of(
                job,
                new JobCommand.Except(unplaced.records(), unplaced.marks()),
                stored -> work.endAssignment(AssignmentEnded.withdrawn(
                        ready.assignment(), Leftover.uncommitted(ready.assignment(), unplaced.records()))));
    }

    private JobStep onCopiesReported(JobState job, JobMessage.CopiesReported reported) {
        UUID id = reported.assignmentId();
        Optional<InFlightAssignment> inFlight = job.inFlight().find(id);
        if (inFlight.isEmpty()) {
            // Afterwards, because the end of the assignment may be stored with the same write.
            return new JobStep(
                    List.of(),
                    (before, stored) -> stored.releases()
                            .find(id)
                            .ifPresentOrElse(
                                    release -> agents.release(stored, release),
                                    () -> agents.releaseUnknown(stored, reported.agent(), id)));
        }
        if (inFlight.get().copied()) {
            return JobStep.NONE;
        }
        return of(job, new JobCommand.ReportCopies(id, reported.failures()), stored -> {
            agents.stopReminding(id);
            stored.inFlight().find(id).ifPresent(copied -> work.pass().commit(copied, false));
        });
    }

    /** Gives an assignment up whose copies are not finished. */
    JobStep giveUp(JobState job, JobInternalMessage.GiveUp lost) {
        Optional<InFlightAssignment> inFlight =
                job.inFlight().find(lost.assignmentId()).filter(each -> !each.copied());
        if (inFlight.isEmpty()) {
            return JobStep.NONE;
        }
        log.warn("job={} assignment={} given up: {}", jobId, lost.assignmentId(), lost.detail());
        JobCommand command = new JobCommand.LoseAssignment(lost.assignmentId(), lost.reason(), lost.detail());
        Assignment assignment = inFlight.get().assignment();
        return end(job, command, unmoved -> lost.ended(assignment, unmoved));
    }

    private JobStep onCommitResult(JobState job, CommitResult result) {
        Optional<InFlightAssignment> inFlight = job.inFlight().find(result.assignmentId());
        if (inFlight.isEmpty()) {
            return JobStep.NONE;
        }
        JobCommand command = new JobCommand.ReportCommit(
                result.assignmentId(), result.tally(), result.failures(), result.unwanted(), result.doubtful());
        Assignment assignment = inFlight.get().assignment();
        Optional<DestinationFault> fault =
                DestinationFault.ofCopies(assignment, inFlight.get().copyFailures());
        return end(job, command, unmoved -> {
            Leftover left = Leftover.ofCommit(assignment, inFlight.get().copyFailures(), unmoved, result.unsearched());
            return fault.map(each -> AssignmentEnded.failed(assignment, left, each))
                    .orElseGet(() -> AssignmentEnded.carriedOut(assignment, left));
        });
    }

    /**
     * A command that ends an assignment.
     *
     * @param ended what follows from the records that the assignment leaves
     */
    private JobStep end(JobState job, JobCommand command, Function<List<UnmovedRecord>, AssignmentEnded> ended) {
        return step(
                job,
                command,
                (stored, events) -> work.endAndRelease(
                        stored,
                        ended.apply(events.stream()
                                .flatMap(each -> each.unmoved().stream())
                                .toList())),
                refused -> refused(command, refused, () -> {}));
    }

    Decision decide(JobState job, JobCommand command) {
        Instant now = resources.planning().clock().instant();
        return JobRules.decide(job, command, now);
    }

    /** @param then also called if nothing had to be stored, but not if the command is refused */
    JobStep of(JobState job, JobCommand command, Consumer<JobState> then) {
        return step(
                job, command, (stored, events) -> then.accept(stored), refused -> refused(command, refused, () -> {}));
    }

    private JobStep step(
            JobState job,
            JobCommand command,
            BiConsumer<JobState, List<JobEvent>> then,
            Function<Decision.Refused, JobStep> ifRefused) {
        return decide(job, command)
                .fold(
                        events -> new JobStep(events, (before, stored) -> {
                            if (!events.isEmpty() && !(command instanceof JobCommand.TakeOver)) {
                                incarnation.clearChildFailures();
                            }
                            telemetry.follow(events);
                            then.accept(stored, events);
                            work.follow(before, stored);
                        }),
                        ifRefused);
    }

    private JobStep refused(JobCommand command, Decision.Refused refused, Runnable then) {
        return new JobStep(List.of(), (before, same) -> {
            log.warn(
                    "job={} {} refused: {} {}",
                    jobId,
                    command.getClass().getSimpleName(),
                    refused.code(),
                    refused.detail());
            then.run();
        });
    }
}
