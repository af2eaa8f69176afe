package io.rebalancer.manager.plan;

import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Takes the place of the directory of storage nodes for one plan. Its nodes do not change. */
final class RecordedFleet {

    private RecordedFleet() {}

    /** Subscribers repeat their subscription; each gets the nodes once. */
    static Behavior<StorageNodeDirectory.Command> create(DestinationCandidates nodes) {
        return Behaviors.setup(context -> {
            Set<ActorRef<DestinationCandidates>> subscribers = new HashSet<>();
            return Behaviors.receive(StorageNodeDirectory.Command.class)
                    .onMessage(StorageNodeDirectory.Subscribe.class, subscribe -> {
                        if (subscribers.add(subscribe.subscriber())) {
                            subscribe.subscriber().tell(nodes);
                        }
                        return Behaviors.same();
                    })
                    .build();
        });
    }
}
