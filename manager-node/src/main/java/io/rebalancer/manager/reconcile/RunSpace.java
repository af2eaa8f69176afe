package io.rebalancer.manager.reconcile;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.storage.SpaceLease;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;

/**
 * The leases of space that one incarnation of a run has on destinations. The run takes them from the space broker of the jobs, with
 * the run in place of a job, so the same space is not promised twice. Its owner calls {@link #announce} every
 * {@link SpaceBook#ANNOUNCEMENT_INTERVAL}; without that the leases expire, and the first announcement of a later incarnation ends
 * those of an earlier one. Thread-safe.
 */
final class RunSpace {
    private static final Duration REPEAT = Duration.ofSeconds(2);
    /** The broker does not reply while it moves to another manager. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final FencingToken token;
    private final ActorRef<SpaceMessage> broker;
    private final ActorSystem<?> system;
    private final Map<UUID, SpaceLease> held = new HashMap<>();
    private final Set<UUID> requested = new HashSet<>();

    /** The broker knows a later incarnation of the run. */
    static final class StaleIncarnation extends Exception {
        private static final long serialVersionUID = 1L;

        StaleIncarnation() {
            super("another manager has the run now");
        }
    }

    RunSpace(RunToken run, ActorRef<SpaceMessage> broker, ActorSystem<?> system) {
        this.token = new FencingToken(run.runId(), run.epoch());
        this.broker = broker;
        this.system = system;
    }

    private <T> CompletionStage<T> ask(Function<ActorRef<T>, SpaceMessage> question) {
        return AskPattern.ask(broker, question, REPEAT, system.scheduler());
    }

    /** Announces all leases once. Returns what all jobs and runs have been promised; fails if the broker does not reply. */
    synchronized CompletionStage<SpaceMessage.BrokerReply> announce() {
        List<SpaceLease> all = List.copyOf(held.values());
        List<UUID> open = List.copyOf(requested);
        return ask(replyTo -> new SpaceMessage.AnnounceLeases(token, all, open, replyTo));
    }

    /**
     * What all jobs and runs have been promised, and which destinations have penalties.
     *
     * @throws TimeoutException if the broker does not reply
     */
    SpaceMessage.SpaceStatus status(RunScope scope) throws TimeoutException {
        return (SpaceMessage.SpaceStatus) new RepeatedOrders(scope).awaitStored(this::announce, TIMEOUT);
    }

    /**
     * Asks for a lease.
     *
     * @param availableMib highest sum of all leases on the node
     * @return whether the space is promised now
     * @throws TimeoutException if the broker does not reply
     * @throws RunFault with {@link StaleIncarnation} if this incarnation is not the latest one
     */
    boolean take(SpaceLease lease, long availableMib, RunScope scope) throws TimeoutException {
        addRequest(lease);
        boolean granted = false;
        try {
            granted = decide(lease, availableMib, scope) == LeaseDecision.GRANTED;
        } finally {
            endRequest(lease, granted);
        }
        return granted;
    }

    private LeaseDecision decide(SpaceLease lease, long availableMib, RunScope scope) throws TimeoutException {
        RepeatedOrders requests = new RepeatedOrders(scope);
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            SpaceMessage.LeaseDecided decided = (SpaceMessage.LeaseDecided) requests.awaitStored(
                    () -> this.<SpaceMessage.BrokerReply>ask(
                            replyTo -> new SpaceMessage.RequestLease(token, lease, availableMib, replyTo)),
                    TIMEOUT);
            if (decided.decision() == LeaseDecision.STALE) {
                throw new RunFault(new StaleIncarnation());
            }
            if (decided.decision() != LeaseDecision.LEARNING) {
                return decided.decision();
            }
            if (System.nanoTime() - end >= 0) {
                throw new TimeoutException("the space broker does not know yet what is promised on " + lease.node());
            }
            scope.pause(REPEAT);
        }
    }

    private synchronized void addRequest(SpaceLease lease) {
        requested.add(lease.assignmentId());
    }

    /** A request without a reply may be granted later, so it is taken back. */
    private synchronized void endRequest(SpaceLease lease, boolean granted) {
        requested.remove(lease.assignmentId());
        if (granted) {
            held.put(lease.assignmentId(), lease);
        } else {
            giveBack(lease);
        }
    }

    /** Returns a lease whose copies have ended. If the message is lost, the next announcement ends the lease. */
    synchronized void giveBack(SpaceLease lease) {
        held.remove(lease.assignmentId());
        broker.tell(new SpaceMessage.ReturnLease(token, lease.assignmentId()));
    }
}
