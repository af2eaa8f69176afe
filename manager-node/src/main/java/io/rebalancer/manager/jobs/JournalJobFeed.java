package io.rebalancer.manager.jobs;

import io.rebalancer.core.port.JobService;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.FoldedJob;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Follows a job's events in the journal, so any manager serves any subscriber. All subscribers of a job on one manager share
 * one reader of the journal, which starts from the state in the tables.
 *
 * <p>A manager has the updates since it began to follow the job, at most 256 of them. A subscriber whose last revision is
 * older gets the current state instead of the updates between.
 */
public final class JournalJobFeed implements JobFeed {
    private final JobFeedHub.Origin origin;
    private final ActorRef<JobFeedHub.Command> hub;

    private JournalJobFeed(JobFeedHub.Origin origin, ActorRef<JobFeedHub.Command> hub) {
        this.origin = origin;
        this.hub = hub;
    }

    /**
     * Starts the feed of one manager.
     *
     * @param storedState the state of a job in the tables; empty if there is none, then its events are read from the first
     */
    public static JournalJobFeed start(
            ActorSystem<?> system,
            JournalReader journal,
            Function<UUID, CompletionStage<Optional<FoldedJob>>> storedState,
            JobService jobs) {
        JobFeedHub.Origin origin = new JobFeedHub.Origin(journal, storedState, jobs::get);
        return new JournalJobFeed(
                origin,
                system.systemActorOf(
                        JobFeedHub.create(origin, JobFeedHub.LINGER, JobFeedHub.WAITS_INTERVAL),
                        "job-feed",
                        Props.empty()));
    }

    /** A feed through a hub that runs. */
    static JournalJobFeed over(JobFeedHub.Origin origin, ActorRef<JobFeedHub.Command> hub) {
        return new JournalJobFeed(origin, hub);
    }

    @Override
    public CompletionStage<Optional<Changes>> open(UUID jobId) {
        return origin.start(jobId).thenApply(found -> found.map(start -> changes(jobId, start)));
    }

    private Changes changes(UUID jobId, JobFeedHub.Start start) {
        return new Changes() {
            @Override
            public JobUpdate start() {
                return start.newest();
            }

            @Override
            public Source<JobUpdate, NotUsed> updates(OptionalLong afterRevision) {
                return Source.<JobUpdate>queue(FollowedJob.SUBSCRIBER_BUFFER).watchTermination((subscriber, ended) -> {
                    hub.tell(new JobFeedHub.Subscribe(jobId, start, afterRevision, subscriber));
                    ended.whenComplete((done, failure) -> hub.tell(new JobFeedHub.Unsubscribe(jobId, subscriber)));
                    return NotUsed.getInstance();
                });
            }
        };
    }
}
