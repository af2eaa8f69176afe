package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher.AssignmentEnded;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.lease.LeaseRenewal;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * What a job does in each phase: its children, timers and conversations. All of it can be started again from the job's state
 * at any time. It decides nothing and stores nothing.
 */
final class PhaseWork {
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);
    /** Waits that a reply may carry, so that its size is bounded. */
    private static final int MAX_WAITS = 50;

    private final UUID jobId;
    private final ActorContext<JobMessage> context;
    private final TimerScheduler<JobMessage> timers;
    private final JobResources resources;
    private final AgentConversations agents;
    private final JobTelemetry telemetry;
    private final PassSchedule schedule;
    private final CurrentPass pass;
    private final CurrentVerification verification;
    private final CurrentPause pause;
    private final WorkAllowance allowance;

    PhaseWork(
            UUID jobId,
            ActorContext<JobMessage> context,
            TimerScheduler<JobMessage> timers,
            JobResources resources,
            Incarnation incarnation,
            AgentConversations agents,
            JobTelemetry telemetry,
            PassSchedule schedule,
            JobLimits limits) {
        this.jobId = jobId;
        this.context = context;
        this.timers = timers;
        this.resources = resources;
        this.agents = agents;
        this.telemetry = telemetry;
        this.schedule = schedule;
        Clock clock = resources.planning().clock();
        this.allowance =
                new WorkAllowance(limits, () -> resources.settings().timeouts().stalledJob(), clock);
        this.pass = new CurrentPass(context, resources, incarnation.lease(), limits);
        this.verification = new CurrentVerification(jobId, context, resources);
        this.pause = new CurrentPause(context, pass, agents, incarnation.lease(), clock);
    }

    CurrentPass pass() {
        return pass;
    }

    CurrentVerification verification() {
        return verification;
    }

    /** Takes note of an event that is not stored; false if it is another one. */
    boolean followUnstored(PlanningEvent event) {
        if (event instanceof PlanningEvent.RowsRead read) {
            telemetry.estimator().follow(read);
            return true;
        }
        return pass.followWaits(event);
    }

    /** Does what follows from the new state, whichever command led to it. */
    void follow(JobState before, JobState stored) {
        agents.forgetReleased(before, stored);
        allowance.follow(before, stored).forEach(this::decide);
        telemetry.show(stored, allowance.lastProgress());
        pass.followLimits();
        boolean samePass = before.phase().runsPass() && stored.phase().runsPass();
        if (stored.phase() != before.phase() && !samePass) {
            enterPhase(stored);
        } else if (before.isActive() && !stored.isActive()) {
            // The last agent has acknowledged after the end.
            timers.cancel(JobInternalMessage.Remind.INSTANCE);
            stopWhenIdle();
        } else if (stored.mayEndEarly()) {
            endEarly(stored);
        } else if (stored.phase() == JobPhase.WAITING && isRetryNew(before, stored)) {
            enterPhase(stored);
        } else {
            finishPausing(stored);
        }
    }

    private static boolean isRetryNew(JobState before, JobState stored) {
        return !stored.passes().retry().equals(before.passes().retry());
    }

    /** No metadata write of these children is in progress any more. */
    void markWritesEnded(JobState job, long generation) {
        pause.markWritesEnded(generation);
        finishPausing(job);
    }

    /** Ends the pausing if nothing is in progress any more. */
    void finishPausing(JobState job) {
        pause.finish(job).ifPresent(this::decide);
    }

    /** Time has passed: windows open and close, the fleet's settings change, and passes stall. */
    void followTime(JobState job) {
        pass.followLimits();
        if (allowance.mayEnterNow()) {
            enterPhase(job);
        }
        allowance.due(job, waits(job)).forEach(this::decide);
        telemetry.estimator().due(job).ifPresent(this::decide);
    }

    /** Whether agents may get orders to copy: not before the window is known to be open. */
    boolean mayOrder() {
        return allowance.hasEntered();
    }

    private void decide(JobCommand command) {
        context.getSelf().tell(new JobInternalMessage.Decide(command));
    }

    /** Starts what the phase needs, and stops everything else. May be repeated. */
    void enterPhase(JobState job) {
        boolean mayStart = allowance.enter(job);
        telemetry.show(job, allowance.lastProgress());
        if (job.phase() != JobPhase.VERIFYING) {
            verification.stop();
        }
        if (job.isActive()) {
            timers.startTimerWithFixedDelay(
                    JobInternalMessage.Remind.INSTANCE, resources.settings().reminderInterval());
        } else {
            timers.cancel(JobInternalMessage.Remind.INSTANCE);
        }
        if (!mayStart) {
            // A take-over may find children of before.
            stopChildren();
            return;
        }
        switch (job.phase()) {
            case NONE -> {}
            case SETUP -> context.getSelf().tell(JobInternalMessage.BeginPass.INSTANCE);
            case RUNNING, STALLED -> startPass(job);
            case WAITING -> {
                stopPass();
                timers.startSingleTimer(JobInternalMessage.BeginPass.INSTANCE, schedule.untilNextPass(job));
            }
            case VERIFYING -> {
                stopPass();
                verification.start(job);
            }
            case PAUSING, CLOSING_WINDOW -> beginPause(job);
            case PAUSED, WAITING_WINDOW -> {
                stopPass();
                context.getLog().info("job={} is {}: nothing is written for it", jobId, job.phase());
            }
            case FAILING -> drain(job, "the job fails: " + job.reason());
            case CANCELLING -> drain(job, "an operator cancels the job");
            case DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED, FAILED, CANCELLED -> afterEnd(job);
        }
    }

    /** The lease is renewed meanwhile, because the end of the pausing depends on it. */
    private void beginPause(JobState job) {
        timers.cancel(JobInternalMessage.BeginPass.INSTANCE);
        timers.startTimerWithFixedDelay(JobInternalMessage.RenewLease.INSTANCE, LeaseRenewal.INTERVAL);
        pause.begin(job);
    }

    private void stopPass() {
        pass.stop();
        timers.cancel(JobInternalMessage.RenewLease.INSTANCE);
    }

    private void afterEnd(JobState job) {
        stopPass();
        context.getLog().info("job={} ended phase={} {}", jobId, job.phase(), job.reason());
        resources
                .registry()
                .tell(new RegistryMessage.JobEnded(
                        jobId, job.phase() == JobPhase.FAILED, job.phase() == JobPhase.DONE));
        if (!job.isActive()) {
            stopWhenIdle();
        }
    }

    private void startPass(JobState job) {
        context.getLog()
                .info(
                        "job={} pass={} leaving={}",
                        jobId,
                        job.passes().number(),
                        job.leaving().orElseThrow());
        telemetry.estimator().beginScan(job);
        pass.start(agents.token(job), job);
        timers.startTimerWithFixedDelay(JobInternalMessage.RenewLease.INSTANCE, LeaseRenewal.INTERVAL);
        job.inFlight().all().forEach(each -> resumeAssignment(job, each));
    }

    /** Verified copies are committed, so that they are of use; all other assignments are given up. */
    private void drain(JobState job, String why) {
        if (job.inFlight().count() > 0 && !pass.isCommitting()) {
            startPass(job);
        }
        pass.stopPlanning();
        for (InFlightAssignment each : job.inFlight().all()) {
            if (!each.copied()) {
                context.getSelf().tell(JobInternalMessage.GiveUp.of(each.assignment(), Reason.JOB_ENDED, why));
            }
        }
        if (job.mayEndEarly()) {
            endEarly(job);
        }
    }

    private void resumeAssignment(JobState job, InFlightAssignment inFlight) {
        telemetry.takeOver(inFlight);
        // Also if the copies are finished: the delivery shows the agent the epoch of this incarnation.
        agents.deliver(job, inFlight.assignment());
        if (inFlight.copied()) {
            pass.commit(inFlight, true);
        }
    }

    private void endEarly(JobState job) {
        JobCommand end =
                job.phase() == JobPhase.FAILING ? new JobCommand.FinishFailing() : new JobCommand.FinishCancelling();
        context.getSelf().tell(new JobInternalMessage.Decide(end));
    }

    /** Stops the children; whatever they did and the job has not stored is lost. */
    void stopChildren() {
        pass.stop();
        verification.stop();
    }

    /**
     * A later incarnation of the job is known: this one stops, and stores nothing, because a write would take the job back.
     * It waits before it stops, because sharding starts a stopped job again with the next message to it.
     */
    void stopSuperseded(PlanningEvent.Superseded superseded, Duration delay) {
        telemetry.hide();
        verification.stop();
        stopPass();
        timers.cancel(JobInternalMessage.Remind.INSTANCE);
        timers.startSingleTimer(JobInternalMessage.Stop.INSTANCE, delay);
        context.getLog()
                .warn(
                        "job={} epoch={} is superseded: the space broker knows a later incarnation of the job and refused"
                                + " space for assignment={}; this incarnation stores nothing more and stops in {}. If it"
                                + " still belongs to this manager, it then starts again from the journal",
                        jobId,
                        superseded.epoch(),
                        superseded.assignmentId(),
                        delay);
    }

    /** The job's actor stops on this manager. */
    void leave() {
        telemetry.hide();
    }

    /** The actor stops when it has received no message for a while. */
    void stopWhenIdle() {
        context.setReceiveTimeout(IDLE_TIMEOUT, JobInternalMessage.Idle.INSTANCE);
    }

    /** The release is sent after the end is stored, so that no agent discards a copy for an end that a crash has undone. */
    void endAndRelease(JobState stored, AssignmentEnded ended) {
        endAssignment(ended);
        stored.releases().find(ended.assignment().id()).ifPresent(each -> agents.release(stored, each));
    }

    /** Every part that keeps something by the assignment's id drops it here, whichever way the assignment ended. */
    void endAssignment(AssignmentEnded ended) {
        agents.stopReminding(ended.assignment().id());
        telemetry.forget(ended.assignment().id());
        pass.assignmentEnded(ended);
    }

    /** What the job waits for now, the longest wait first. */
    List<JobWait> waits(JobState job) {
        return Stream.of(
                        schedule.waiting(job).stream(),
                        allowance.waiting(job).stream(),
                        pass.waits().stream(),
                        verification.waits().stream(),
                        pause.waits(job).stream(),
                        agents.waits(job))
                .flatMap(each -> each)
                .sorted(Comparator.comparing(JobWait::since))
                .limit(MAX_WAITS)
                .toList();
    }
}
