package io.rebalancer.manager.plan;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.SpaceLease;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Takes the place of the space broker for one plan. It grants space out of what the real broker has not promised, and keeps what
 * the plan has used. It leases nothing from the real broker: it announces that the plan has no leases, and the reply
 * contains the promises and penalties. In memory: one number for each destination, and the requests without an assignment.
 */
final class PlanLeases extends AbstractBehavior<SpaceMessage> {

    /** An assignment is planned: its space stays used for the rest of the plan. */
    record Used(SpaceLease lease) implements SpaceMessage {}

    private record BrokerReplied(BrokerReply reply) implements SpaceMessage {}

    private final ActorRef<SpaceMessage> broker;
    private final FencingToken token;
    private final ActorRef<SpaceMessage.BrokerReply> brokerReplies;
    private final Map<UUID, SpaceLease> granted = new HashMap<>();
    private final Map<StorageNodeId, Long> usedMib = new HashMap<>();
    private final Map<StorageNodeId, NodePromise> promises = new HashMap<>();
    private List<Penalty> penalties = List.of();
    private boolean known;
    private Optional<ActorRef<SpaceMessage.BrokerReply>> planner = Optional.empty();

    /** @param token names the plan to the real broker; no job has it */
    static Behavior<SpaceMessage> create(ActorRef<SpaceMessage> broker, FencingToken token) {
        return Behaviors.setup(context -> new PlanLeases(context, broker, token));
    }

    private PlanLeases(ActorContext<SpaceMessage> context, ActorRef<SpaceMessage> broker, FencingToken token) {
        super(context);
        this.broker = broker;
        this.token = token;
        this.brokerReplies = context.messageAdapter(SpaceMessage.BrokerReply.class, BrokerReplied::new);
    }

    @Override
    public Receive<SpaceMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(SpaceMessage.AnnounceLeases.class, this::onAnnounceLeases)
                .onMessage(SpaceMessage.RequestLease.class, this::onRequestLease)
                .onMessage(SpaceMessage.ReturnLease.class, this::onReturnLease)
                .onMessage(Used.class, this::onUsed)
                .onMessage(BrokerReplied.class, this::onBrokerReplied)
                .onMessage(SpaceMessage.class, other -> this)
                .build();
    }

    private Behavior<SpaceMessage> onAnnounceLeases(SpaceMessage.AnnounceLeases announced) {
        planner = Optional.of(announced.replyTo());
        broker.tell(new SpaceMessage.AnnounceLeases(token, List.of(), List.of(), brokerReplies));
        return this;
    }

    private Behavior<SpaceMessage> onBrokerReplied(BrokerReplied replied) {
        if (replied.reply() instanceof SpaceMessage.SpaceStatus status) {
            known = true;
            promises.clear();
            status.promises().forEach(each -> promises.put(each.node(), each));
            penalties = status.penalties();
            usedMib.keySet().forEach(node -> promises.putIfAbsent(node, new NodePromise(node, 0, 1)));
            List<NodePromise> withPlan = promises.values().stream()
                    .map(each -> new NodePromise(each.node(), promisedMib(each.node()), each.leases()))
                    .toList();
            planner.ifPresent(ref -> ref.tell(new SpaceMessage.SpaceStatus(token, withPlan, penalties)));
        }
        return this;
    }

    private Behavior<SpaceMessage> onRequestLease(SpaceMessage.RequestLease request) {
        SpaceLease lease = request.lease();
        LeaseDecision decision = decide(lease, request.availableMib());
        if (decision == LeaseDecision.GRANTED && granted.put(lease.assignmentId(), lease) == null) {
            usedMib.merge(lease.node(), lease.mib(), Long::sum);
        }
        request.replyTo()
                .tell(new SpaceMessage.LeaseDecided(
                        request.token(), lease.assignmentId(), lease.node(), decision, promisedMib(lease.node())));
        return this;
    }

    private LeaseDecision decide(SpaceLease lease, long availableMib) {
        if (!known) {
            return LeaseDecision.LEARNING;
        }
        return granted.containsKey(lease.assignmentId()) || promisedMib(lease.node()) + lease.mib() <= availableMib
                ? LeaseDecision.GRANTED
                : LeaseDecision.REFUSED;
    }

    private long promisedMib(StorageNodeId node) {
        NodePromise promise = promises.get(node);
        return (promise == null ? 0 : promise.mib()) + usedMib.getOrDefault(node, 0L);
    }

    /** A lease that the planner did not use; that of an assignment is no longer among the granted ones. */
    private Behavior<SpaceMessage> onReturnLease(SpaceMessage.ReturnLease ended) {
        SpaceLease unused = granted.remove(ended.assignmentId());
        if (unused != null) {
            usedMib.merge(unused.node(), -unused.mib(), Long::sum);
        }
        return this;
    }

    private Behavior<SpaceMessage> onUsed(Used used) {
        granted.remove(used.lease().assignmentId());
        return this;
    }
}
