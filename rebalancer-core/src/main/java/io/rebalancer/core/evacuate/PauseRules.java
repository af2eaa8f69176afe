package io.rebalancer.core.evacuate;

import io.rebalancer.core.evacuate.JobTransition.Trigger;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Rules on the pause of a job: PAUSED states that nothing is written for it, so it rests on what agents have confirmed. */
final class PauseRules {

    private PauseRules() {}

    static Decision pause(JobState job, Instant now) {
        if (job.phase() == JobPhase.PAUSING || job.phase() == JobPhase.PAUSED) {
            return Decision.accept();
        }
        return JobTransition.find(job.phase(), Trigger.PAUSE)
                .map(step -> Decision.accept(
                        step.to() == JobPhase.PAUSED
                                ? new JobEvent.JobPaused(sorted(job.inFlight().agentsAtWork()), now)
                                : new JobEvent.JobPausing(now)))
                .orElseGet(() -> LifecycleRules.refuseAction(job, "paused"));
    }

    static Decision finishPausing(JobState job, JobCommand.FinishPausing c, Instant now) {
        Optional<JobTransition> step = JobTransition.find(job.phase(), Trigger.FINISH_PAUSING);
        if (step.isEmpty()) {
            return Decision.accept();
        }
        Set<StorageNodeId> atWork = job.inFlight().agentsAtWork();
        if (!c.confirmedBy().containsAll(atWork)) {
            return Decision.refuse(
                    Decision.Code.ASSIGNMENT_IN_FLIGHT,
                    "these agents have not confirmed that they write nothing: "
                            + atWork.stream()
                                    .filter(node -> !c.confirmedBy().contains(node))
                                    .map(StorageNodeId::text)
                                    .sorted()
                                    .collect(Collectors.joining(", ")));
        }
        if (!job.releases().isEmpty()) {
            return LifecycleRules.releasesPending(job);
        }
        List<StorageNodeId> confirmedBy = sorted(c.confirmedBy());
        return Decision.accept(
                step.get().to() == JobPhase.PAUSED
                        ? new JobEvent.JobPaused(confirmedBy, now)
                        : new JobEvent.WindowClosed(confirmedBy, now));
    }

    private static List<StorageNodeId> sorted(Set<StorageNodeId> nodes) {
        return nodes.stream().sorted().toList();
    }

    /** A job that works has nothing to resume. The end of a window is no order, and an operator can't undo it by another one. */
    static Decision resume(JobState job, Instant now) {
        if (JobTransition.find(job.phase(), Trigger.CLOSE_WINDOW).isPresent()) {
            return Decision.accept();
        }
        return job.interrupted()
                .flatMap(phase -> JobTransition.find(job.phase(), Trigger.RESUME, phase))
                .map(step -> Decision.accept(
                        new JobEvent.JobResumed(step.to(), now),
                        LifecycleRules.incarnation(job.epoch() + 1, step.to(), now)))
                .orElseGet(() -> LifecycleRules.refuseAction(job, "resumed"));
    }
}
