package io.rebalancer.manager.plan;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.SpaceLease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Takes the place of the space broker for one plan. It grants space out of what the broker had not promised when the plan began, and
 * keeps what the plan has used. The broker is not asked again.
 *
 * <p>It also makes the plan repeatable. It grants one lease at a time: the next is decided when the assignment of the last has
 * ended. A scan reads the next rows only when nothing is on its way to the planner that could change a placement.
 *
 * <p>In memory: one number for each destination, and the requests of the planner, which has a bound for them.
 */
final class PlanLeases extends AbstractBehavior<SpaceMessage> {

    /** Planning for the next leaving node begins. Used space stays used. */
    enum Begin implements SpaceMessage {
        INSTANCE
    }

    /** An assignment is planned: its space stays used for the rest of the plan. */
    record Used(SpaceLease lease) implements SpaceMessage {}

    /**
     * A scan wants to read.
     *
     * @param quiet completed with true if the planner has nothing to do. Completed with false later if it had: the scan then
     *     sends an empty chunk through the planner and asks again, because the planner may have something to do again
     */
    record ReadWanted(CompletableFuture<Boolean> quiet) implements SpaceMessage {}

    private final FencingToken token;
    private final FleetSnapshot fleet;
    private final Map<StorageNodeId, Long> usedMib = new HashMap<>();
    private final Deque<SpaceMessage.RequestLease> requests = new ArrayDeque<>();
    private Optional<SpaceLease> granted = Optional.empty();
    private boolean used;
    private boolean announced;
    private boolean disturbed;
    private Optional<ReadWanted> reader = Optional.empty();

    /** @param token names the plan in replies; no job has it */
    static Behavior<SpaceMessage> create(FencingToken token, FleetSnapshot fleet) {
        return Behaviors.setup(context -> new PlanLeases(context, token, fleet));
    }

    private PlanLeases(ActorContext<SpaceMessage> context, FencingToken token, FleetSnapshot fleet) {
        super(context);
        this.token = token;
        this.fleet = fleet;
        fleet.promises().forEach(each -> usedMib.put(each.node(), each.mib()));
    }

    @Override
    public Receive<SpaceMessage> createReceive() {
        return newReceiveBuilder()
                .onMessage(SpaceMessage.AnnounceLeases.class, this::onAnnounceLeases)
                .onMessage(SpaceMessage.RequestLease.class, this::onRequestLease)
                .onMessage(SpaceMessage.ReturnLease.class, this::onReturnLease)
                .onMessage(Used.class, this::onUsed)
                .onMessage(ReadWanted.class, this::onReadWanted)
                .onMessage(Begin.class, begin -> onBegin())
                .onMessage(SpaceMessage.class, other -> this)
                .build();
    }

    private Behavior<SpaceMessage> onBegin() {
        announced = false;
        return this;
    }

    private Behavior<SpaceMessage> onAnnounceLeases(SpaceMessage.AnnounceLeases announcement) {
        announced = true;
        disturbed = true;
        List<NodePromise> promises = new ArrayList<>();
        usedMib.forEach((node, mib) -> promises.add(new NodePromise(node, mib, leases(node))));
        announcement.replyTo().tell(new SpaceMessage.SpaceStatus(token, promises, fleet.penalties()));
        return advance();
    }

    /** The leases of jobs; an assignment of the plan has ended, so it is no load for its destination. */
    private int leases(StorageNodeId node) {
        return fleet.promises().stream()
                .filter(each -> each.node().equals(node))
                .mapToInt(NodePromise::leases)
                .sum();
    }

    private Behavior<SpaceMessage> onRequestLease(SpaceMessage.RequestLease request) {
        UUID id = request.lease().assignmentId();
        disturbed = true;
        if (isGranted(id)) {
            reply(request, LeaseDecision.GRANTED);
        } else if (requests.stream()
                .noneMatch(each -> each.lease().assignmentId().equals(id))) {
            requests.add(request);
        }
        return advance();
    }

    private boolean isGranted(UUID assignmentId) {
        return granted.filter(lease -> lease.assignmentId().equals(assignmentId))
                .isPresent();
    }

    /** The assignment has ended, or the planner did not use the lease. */
    private Behavior<SpaceMessage> onReturnLease(SpaceMessage.ReturnLease returned) {
        if (isGranted(returned.assignmentId())) {
            SpaceLease lease = granted.orElseThrow();
            if (!used) {
                usedMib.merge(lease.node(), -lease.mib(), Long::sum);
            }
            granted = Optional.empty();
            used = false;
        }
        return advance();
    }

    private Behavior<SpaceMessage> onUsed(Used assignment) {
        used = used || isGranted(assignment.lease().assignmentId());
        return this;
    }

    private Behavior<SpaceMessage> onReadWanted(ReadWanted wanted) {
        if (isQuiet() && !disturbed) {
            wanted.quiet().complete(true);
        } else {
            reader = Optional.of(wanted);
        }
        disturbed = false;
        return advance();
    }

    private boolean isQuiet() {
        return announced && granted.isEmpty() && requests.isEmpty();
    }

    private Behavior<SpaceMessage> advance() {
        while (granted.isEmpty() && !requests.isEmpty()) {
            decide(requests.remove());
        }
        if (isQuiet()) {
            reader.ifPresent(waiting -> waiting.quiet().complete(false));
            reader = Optional.empty();
        }
        return this;
    }

    private void decide(SpaceMessage.RequestLease request) {
        SpaceLease lease = request.lease();
        if (promisedMib(lease.node()) + lease.mib() > request.availableMib()) {
            reply(request, LeaseDecision.REFUSED);
            return;
        }
        granted = Optional.of(lease);
        usedMib.merge(lease.node(), lease.mib(), Long::sum);
        reply(request, LeaseDecision.GRANTED);
    }

    private void reply(SpaceMessage.RequestLease request, LeaseDecision decision) {
        SpaceLease lease = request.lease();
        request.replyTo()
                .tell(new SpaceMessage.LeaseDecided(
                        request.token(), lease.assignmentId(), lease.node(), decision, promisedMib(lease.node())));
    }

    private long promisedMib(StorageNodeId node) {
        return usedMib.getOrDefault(node, 0L);
    }
}
