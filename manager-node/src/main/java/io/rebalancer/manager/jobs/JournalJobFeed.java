package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.port.JobService;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.FoldedJob;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Follows a job's events in the journal, so any manager serves any subscriber, and a subscriber that reconnects misses no
 * event. Every subscription replays the job's events from the first; a job has about three events per assignment.
 */
public final class JournalJobFeed implements JobFeed {
    private final JournalReader journal;
    private final JobService jobs;

    public JournalJobFeed(JournalReader journal, JobService jobs) {
        this.journal = journal;
        this.jobs = jobs;
    }

    @Override
    public Source<JobUpdate, NotUsed> follow(UUID jobId, OptionalLong afterRevision) {
        if (afterRevision.isPresent()) {
            return updates(jobId, afterRevision.getAsLong());
        }
        return Source.completionStage(jobs.get(jobId))
                .flatMapConcat(found -> found.isEmpty()
                        ? Source.empty()
                        : updates(jobId, found.get().revision() - 1));
    }

    private Source<JobUpdate, NotUsed> updates(UUID jobId, long after) {
        return journal.follow(PersistentEntities.evacuateJob(jobId).id(), 1)
                .statefulMap(
                        () -> FoldedJob.EMPTY,
                        (job, envelope) -> Pair.create(job.after(envelope), next(job.after(envelope), envelope)),
                        job -> Optional.empty())
                .filter(update -> update.revision() > Math.max(after, 0))
                .takeWhile(update -> !update.state().phase().terminal(), true);
    }

    private static JobUpdate next(FoldedJob job, EventEnvelope envelope) {
        return new JobUpdate(job.revision(), job.state().outline(), ((JobEvent) envelope.event()).unmoved());
    }
}
