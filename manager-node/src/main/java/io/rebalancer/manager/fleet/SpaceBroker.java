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
 * Grants leases of free space on storage nodes to assignments, so that the same space is not promised to two jobs
 * (manta.md 5.5). A cluster singleton. Its state is in memory: when the singleton moves, jobs announce the leases they
 * hold, and agents still refuse assignments that do not fit.
 */
public final class SpaceBroker extends AbstractBehavior<SpaceMessage> {
    private final Map<UUID, SpaceLease> leases = new HashMap<>();

    private record SpaceLease(StorageNodeId node, long mib) {}

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
        boolean repeated = leases.containsKey(lease.assignmentId());
        boolean granted = repeated || promisedOn(lease.node()) + lease.mib() <= lease.availableMib();
        if (granted) {
            leases.put(lease.assignmentId(), new SpaceLease(lease.node(), lease.mib()));
        }
        lease.replyTo()
                .tell(new SpaceMessage.SpaceReply(
                        lease.assignmentId(), lease.node(), granted, promisedOn(lease.node())));
        return this;
    }

    private Behavior<SpaceMessage> onHold(SpaceMessage.Hold hold) {
        leases.put(hold.assignmentId(), new SpaceLease(hold.node(), hold.mib()));
        return this;
    }

    private Behavior<SpaceMessage> onReturn(SpaceMessage.Return ended) {
        leases.remove(ended.assignmentId());
        return this;
    }

    private long promisedOn(StorageNodeId node) {
        return leases.values().stream()
                .filter(each -> each.node().equals(node))
                .mapToLong(SpaceLease::mib)
                .sum();
    }
}
