package io.rebalancer.manager.fleet;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.object.StorageNodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Lends the free space of storage nodes to assignments, so that no two jobs are promised the same space (manta.md 5.5).
 * A cluster singleton. Its books are in memory: after a change of place the jobs say again what they hold, and the
 * agents refuse what does not fit all the same.
 */
public final class SpaceBroker extends AbstractBehavior<SpaceMessage> {
    private final Map<UUID, Promise> promises = new HashMap<>();

    private record Promise(StorageNodeId node, long mib) {}

    public static Behavior<SpaceMessage> create() {
        return Behaviors.setup(SpaceBroker::new);
    }

    private SpaceBroker(ActorContext<SpaceMessage> context) {
        super(context);
    }

    @Override
    public Receive<SpaceMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(SpaceMessage.Lease.class, this::onLease)
                .onMessage(SpaceMessage.Hold.class, this::onHold)
                .onMessage(SpaceMessage.Return.class, this::onReturn)
                .build();
    }

    private Behavior<SpaceMessage> onLease(SpaceMessage.Lease lease) {
        boolean repeated = promises.containsKey(lease.assignmentId());
        boolean granted = repeated || promisedOn(lease.node()) + lease.mib() <= lease.availableMib();
        if (granted) {
            promises.put(lease.assignmentId(), new Promise(lease.node(), lease.mib()));
        }
        lease.replyTo()
                .tell(new SpaceMessage.SpaceReply(
                        lease.assignmentId(), lease.node(), granted, promisedOn(lease.node())));
        return this;
    }

    private Behavior<SpaceMessage> onHold(SpaceMessage.Hold hold) {
        promises.put(hold.assignmentId(), new Promise(hold.node(), hold.mib()));
        return this;
    }

    private Behavior<SpaceMessage> onReturn(SpaceMessage.Return ended) {
        promises.remove(ended.assignmentId());
        return this;
    }

    private long promisedOn(StorageNodeId node) {
        return promises.values().stream()
                .filter(promise -> promise.node().equals(node))
                .mapToLong(Promise::mib)
                .sum();
    }
}
