package io.rebalancer.manager.jobs;

import io.rebalancer.core.port.JobService;
import io.rebalancer.http.v1.jobs.FleetFeed;
import io.rebalancer.http.v1.jobs.JobFeed;
import io.rebalancer.http.v1.jobs.JobUpdate;
import io.rebalancer.persistence.query.JournalReader;
import io.rebalancer.persistence.readside.FoldedJob;
import java.util.List;
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
 * <p>A manager keeps the notable updates since it began to follow the job, see {@link RecentUpdates}. A subscriber whose last
 * revision is older gets the updates between from the journal, as long as their events are stored.
 */
public final class JournalJobFeed implements JobFeed {
    private final JobOrigin origin;
    private final ActorRef<JobFeedHub.Command> hub;

    private JournalJobFeed(JobOrigin origin, ActorRef<JobFeedHub.Command> hub) {
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
        JobOrigin origin = new JobOrigin(journal, new SharedReads<>(storedState), jobs::get);
        return new JournalJobFeed(
                origin,
                system.systemActorOf(
                        JobFeedHub.create(origin, JobFeedHub.LINGER, JobFeedHub.WAITS_INTERVAL),
                        "job-feed",
                        Props.empty()));
    }

    /** Starts the feed of all jobs, which follows each of them through this one. */
    public FleetFeed startFleetFeed(ActorSystem<?> system) {
        return new JournalFleetFeed(
                system.systemActorOf(FleetFeedHub.create(origin, hub), "fleet-feed", Props.empty()));
    }

    /** A feed through a hub that runs. */
    static JournalJobFeed over(JobOrigin origin, ActorRef<JobFeedHub.Command> hub) {
        return new JournalJobFeed(origin, hub);
    }

    @Override
    public CompletionStage<Optional<Changes>> open(UUID jobId) {
        return origin.start(jobId).thenApply(found -> found.map(start -> changes(jobId, start)));
    }

    private Changes changes(UUID jobId, JobOrigin.Start start) {
        return new Changes() {
            @Override
            public JobUpdate start() {
                return start.newest();
            }

            @Override
            public Source<JobUpdate, NotUsed> updates(OptionalLong afterRevision) {
                return Source.<List<JobUpdate>>queue(QueueSubscriber.BUFFER)
                        .watchTermination((queue, ended) -> {
                            JobSubscriber subscriber = new QueueSubscriber(jobId, queue);
                            hub.tell(new JobFeedHub.Subscribe(jobId, start, afterRevision, subscriber));
                            ended.whenComplete(
                                    (done, failure) -> hub.tell(new JobFeedHub.Unsubscribe(jobId, subscriber)));
                            return NotUsed.getInstance();
                        })
                        .mapConcat(updates -> updates);
            }
        };
    }
}
