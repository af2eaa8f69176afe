package io.rebalancer.manager.plan;

import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Takes the place of the directory of storage nodes for one plan. Its fleet does not change. */
final class RecordedFleet {

    private RecordedFleet() {}

    static Behavior<StorageNodeDirectory.Command> create(DestinationCandidates fleet) {
        return Behaviors.receive(StorageNodeDirectory.Command.class)
                .onMessage(StorageNodeDirectory.Subscribe.class, subscribe -> {
                    subscribe.subscriber().tell(fleet);
                    return Behaviors.same();
                })
                .onMessage(StorageNodeDirectory.GetCandidates.class, get -> {
                    get.replyTo().tell(fleet);
                    return Behaviors.same();
                })
                .build();
    }
}
