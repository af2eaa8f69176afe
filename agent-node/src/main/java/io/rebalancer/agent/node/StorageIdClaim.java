package io.rebalancer.agent.node;

import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.core.object.StorageNodeId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/**
 * An agent's claim on its storage id. An agent takes assignments only after its claim is granted.
 *
 * <pre>
 * member of the cluster ─► no earlier member has the id ───────────────► granted
 *                          an earlier member has it, unreachable ──────► waits until the cluster removes that member
 *                          an earlier member has it, and is reachable
 *                          for the whole timeout ──────────────────────► rejected
 * </pre>
 *
 * So an agent that restarts at another address gets its id back after the cluster has removed its former member. A
 * second agent that is started with the same settings by mistake is rejected.
 */
final class StorageIdClaim extends AbstractBehavior<StorageIdClaim.Check> {
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    enum Check {
        INSTANCE
    }

    private final Cluster cluster;
    private final StorageNodeId node;
    private final int checksUntilRejected;
    private final CompletableFuture<Done> granted;
    private int reachableChecks;

    /**
     * Starts to claim a storage id for this member.
     *
     * @param timeout must be longer than the cluster needs to notice that a member is gone
     * @return completes when this member holds the id; fails with {@link SettingsFault} if another member holds it
     */
    static CompletionStage<Done> start(ActorSystem<?> system, StorageNodeId node, Duration timeout) {
        CompletableFuture<Done> granted = new CompletableFuture<>();
        Behavior<Check> claim = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Check.INSTANCE, Duration.ZERO, CHECK_INTERVAL);
            return new StorageIdClaim(context, node, timeout, granted);
        }));
        system.systemActorOf(claim, "storage-id-claim", Props.empty());
        return granted;
    }

    private StorageIdClaim(
            ActorContext<Check> context, StorageNodeId node, Duration timeout, CompletableFuture<Done> granted) {
        super(context);
        this.cluster = Cluster.get(context.getSystem());
        this.node = node;
        this.checksUntilRejected = (int) (timeout.toMillis() / CHECK_INTERVAL.toMillis());
        this.granted = granted;
    }

    @Override
    public Receive<Check> createReceive() {
        return newReceiveBuilder().onMessage(Check.class, check -> onCheck()).build();
    }

    private Behavior<Check> onCheck() {
        if (!cluster.selfMember().status().equals(MemberStatus.up())) {
            return this;
        }
        CurrentClusterState state = cluster.state();
        Optional<Member> holder = earlierMember(state);
        if (holder.isEmpty()) {
            granted.complete(Done.getInstance());
            return Behaviors.stopped();
        }
        reachableChecks = state.getUnreachable().contains(holder.get()) ? 0 : reachableChecks + 1;
        if (reachableChecks < checksUntilRejected) {
            return this;
        }
        String address = holder.get().address().hostPort();
        granted.completeExceptionally(
                new SettingsFault("the agent at " + address + " holds the storage id " + node + " and is reachable; set"
                        + " this agent's storage-id to the id of its storage node, or stop the other agent first"));
        return Behaviors.stopped();
    }

    private Optional<Member> earlierMember(CurrentClusterState state) {
        return StreamSupport.stream(state.getMembers().spliterator(), false)
                .filter(member -> member.hasRole(Roles.storage(node))
                        && !member.uniqueAddress().equals(cluster.selfMember().uniqueAddress())
                        && member.isOlderThan(cluster.selfMember()))
                .findFirst();
    }
}
