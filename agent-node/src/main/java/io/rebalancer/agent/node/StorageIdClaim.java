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
 * Makes sure that no other member carries the same storage id before an agent takes assignments.
 *
 * <pre>
 * member of the cluster ─► no older member has the id ──────────────────────────► granted
 *                          one has, and can't be reached: it will be given up ─► waits
 *                          one has, and is well for as long as that takes ─────► refused
 * </pre>
 *
 * So an agent that comes back at another address is let in once its former self is given up, and a second one with the
 * same settings is not.
 */
final class StorageIdClaim extends AbstractBehavior<StorageIdClaim.Look> {
    private static final Duration INTERVAL = Duration.ofMillis(500);

    enum Look {
        INSTANCE
    }

    private final Cluster cluster;
    private final StorageNodeId node;
    private final int patience;
    private final CompletableFuture<Done> granted;
    private int seenWell;

    /**
     * Claims a storage id for this member.
     *
     * @param patience longer than the cluster needs to find that a member is gone
     * @return completes when the id is this member's; fails with {@link SettingsFault} if another has it
     */
    static CompletionStage<Done> of(ActorSystem<?> system, StorageNodeId node, Duration patience) {
        CompletableFuture<Done> granted = new CompletableFuture<>();
        Behavior<Look> claim = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Look.INSTANCE, Duration.ZERO, INTERVAL);
            return new StorageIdClaim(context, node, patience, granted);
        }));
        system.systemActorOf(claim, "storage-id-claim", Props.empty());
        return granted;
    }

    private StorageIdClaim(
            ActorContext<Look> context, StorageNodeId node, Duration patience, CompletableFuture<Done> granted) {
        super(context);
        this.cluster = Cluster.get(context.getSystem());
        this.node = node;
        this.patience = (int) (patience.toMillis() / INTERVAL.toMillis());
        this.granted = granted;
    }

    @Override
    public Receive<Look> createReceive() {
        return newReceiveBuilder().onMessage(Look.class, look -> onLook()).build();
    }

    private Behavior<Look> onLook() {
        if (!cluster.selfMember().status().equals(MemberStatus.up())) {
            return this;
        }
        CurrentClusterState state = cluster.state();
        Optional<Member> other = StreamSupport.stream(state.getMembers().spliterator(), false)
                .filter(each -> each.hasRole(Roles.storage(node))
                        && !each.uniqueAddress().equals(cluster.selfMember().uniqueAddress())
                        && each.isOlderThan(cluster.selfMember()))
                .findFirst();
        if (other.isEmpty()) {
            granted.complete(Done.getInstance());
            return Behaviors.stopped();
        }
        seenWell = state.getUnreachable().contains(other.get()) ? 0 : seenWell + 1;
        if (seenWell < patience) {
            return this;
        }
        granted.completeExceptionally(new SettingsFault("the storage id " + node + " belongs to the agent at "
                + other.get().address().hostPort()
                + ", which is well; give this one the id of its own storage node, or stop the other first"));
        return Behaviors.stopped();
    }
}
