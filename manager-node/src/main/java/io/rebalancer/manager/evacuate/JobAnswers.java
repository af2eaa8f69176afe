package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.explain.ObjectInFlight;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/** What a job answers to questions and orders. */
final class JobAnswers {
    private final PhaseWork work;
    private final JobTelemetry telemetry;
    private final JobLimits limits;
    private final Clock clock;
    private final LongSupplier revision;

    /** @param revision number of the job's last event */
    JobAnswers(PhaseWork work, JobTelemetry telemetry, JobLimits limits, Clock clock, LongSupplier revision) {
        this.work = work;
        this.telemetry = telemetry;
        this.limits = limits;
        this.clock = clock;
        this.revision = revision;
    }

    /** The answer to a question about a job that may not exist. */
    JobMessage.JobReply to(JobState job) {
        return job.phase() == JobPhase.NONE ? notFound() : of(job);
    }

    /** The answer to a question about the settings of a job that may not exist. */
    JobMessage.JobReply settingsTo(JobState job) {
        if (job.phase() == JobPhase.NONE) {
            return notFound();
        }
        limits.setChoices(job.settings());
        return new JobMessage.JobSettings(limits.report(clock.instant()));
    }

    private static JobMessage.JobReply notFound() {
        return new JobMessage.JobRefusal(Decision.Code.JOB_NOT_FOUND, "no such job");
    }

    JobMessage.JobReply of(JobState job) {
        return new JobMessage.JobStands(
                revision.getAsLong(),
                job.outline(),
                work.waits(job),
                work.verification().progress());
    }

    /** The answer to a question about what is not stored. */
    JobMessage.JobReply to(JobState job, JobMessage.AskProgress ask) {
        if (job.phase() == JobPhase.NONE) {
            return to(job);
        }
        Set<UUID> objects = Set.copyOf(ask.objects());
        List<ObjectInFlight> found = job.inFlight().all().stream()
                .flatMap(each -> each.assignment().tasks().stream()
                        .map(CopyTask::objectId)
                        .filter(objects::contains)
                        .map(object -> new ObjectInFlight(
                                object,
                                each.assignment().id(),
                                each.assignment().destination(),
                                each.state(),
                                telemetry.stages().plannedAt(each.assignment().id()))))
                .toList();
        return new JobMessage.ProgressReported(
                found,
                telemetry.stages().rates(),
                limits.now().assignmentsInFlight(),
                Optional.of(telemetry.estimator().measured(job)));
    }

    static JobMessage.JobReply of(Decision.Refused refused) {
        return new JobMessage.JobRefusal(refused.code(), refused.detail());
    }
}
