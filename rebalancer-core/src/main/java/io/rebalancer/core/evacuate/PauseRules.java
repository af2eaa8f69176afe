package io.rebalancer.core.evacuate;

import io.rebalancer.core.evacuate.JobTransition.Trigger;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Instant;
import java.util.List;
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
                .map(step -> Decision.accept(new JobEvent.JobPausing(now)))
                .orElseGet(() -> LifecycleRules.refuseAction(job, "paused"));
    }

    static Decision finishPausing(JobState job, JobCommand.FinishPausing c, Instant now) {
        if (JobTransition.find(job.phase(), Trigger.FINISH_PAUSING).isEmpty()) {
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
        List<StorageNodeId> confirmedBy = c.confirmedBy().stream().sorted().toList();
        return Decision.accept(new JobEvent.JobPaused(confirmedBy, now));
    }

    /** The phases that a pause may interrupt are also those in which there is nothing to resume. */
    static Decision resume(JobState job, Instant now) {
        if (JobTransition.find(job.phase(), Trigger.PAUSE).isPresent()) {
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
