package io.rebalancer.manager.jobs;

import io.rebalancer.http.v1.jobs.FleetFeed;
import io.rebalancer.http.v1.jobs.FleetPosition;
import io.rebalancer.http.v1.jobs.FleetUpdate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Follows the registry and the jobs in the journal, so any manager serves any subscriber, from the position that it has. See
 * {@link FleetFeedHub}.
 */
final class JournalFleetFeed implements FleetFeed {
    private final ActorRef<FleetFeedHub.Command> hub;

    /** @param hub runs */
    JournalFleetFeed(ActorRef<FleetFeedHub.Command> hub) {
        this.hub = hub;
    }

    @Override
    public Source<FleetUpdate, NotUsed> updates(Optional<FleetPosition> after, Set<UUID> jobs) {
        return Source.<List<FleetUpdate>>queue(FleetSubscriber.BUFFER)
                .watchTermination((queue, ended) -> {
                    FleetSubscriber subscriber = new FleetSubscriber(queue, after, jobs);
                    hub.tell(new FleetFeedHub.Subscribe(subscriber));
                    ended.whenComplete((done, failure) -> hub.tell(new FleetFeedHub.Unsubscribe(subscriber)));
                    return NotUsed.getInstance();
                })
                .mapConcat(updates -> updates);
    }
}
