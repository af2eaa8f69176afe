package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Reads all metadata shards from the start, on their primaries, and reports what names a storage node. It begins and ends in
 * one actor: nothing is stored and nothing is resumed. It stops after its last event.
 *
 * <p>The result is a proof only if no record can begin to name the node while it runs. So before it starts, no job may have
 * an assignment in flight to the node, no job may plan one, and Manta must not choose the node for new objects.
 */
public final class VerificationRun extends AbstractBehavior<VerificationRun.Command> {
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(2);

    /** Messages to the run; they come from its own children. */
    public sealed interface Command {}

    /** Some rows of a shard are read. */
    record ShardAdvanced(VerificationEvent.ShardProgress progress) implements Command {}

    /** A shard waits or has resumed. */
    record ShardStateChanged(VerificationEvent event) implements Command {}

    /** A shard is read completely. */
    record ShardVerified(VerificationEvent.ShardProgress progress, ShardEvidence evidence) implements Command {}

    /** A shard can't be read, and waiting does not help. */
    record ShardFailed(int shard, String reason) implements Command {}

    private enum Report implements Command {
        INSTANCE
    }

    private final ActorRef<VerificationEvent> listener;
    private final Map<ActorRef<Void>, Integer> shards = new HashMap<>();
    private final Map<Integer, VerificationEvent.ShardProgress> changed = new TreeMap<>();
    private final Map<Integer, ShardEvidence> evidence = new TreeMap<>();

    /**
     * @param leaving the storage node that should be empty
     * @param listener gets the events of this run, in order
     */
    public static Behavior<Command> create(
            VerificationResources resources, StorageNodeId leaving, ActorRef<VerificationEvent> listener) {
        return create(resources, leaving, Map.of(), listener);
    }

    /**
     * A run that reads only what was inserted after earlier reads. It does not see rows that were overwritten since.
     *
     * @param from the watermarks of the earlier reads; a shard without one is read from the start
     */
    public static Behavior<Command> create(
            VerificationResources resources,
            StorageNodeId leaving,
            Map<Integer, RowWatermark> from,
            ActorRef<VerificationEvent> listener) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new VerificationRun(context, timers, resources, leaving, from, listener)));
    }

    private VerificationRun(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            VerificationResources resources,
            StorageNodeId leaving,
            Map<Integer, RowWatermark> from,
            ActorRef<VerificationEvent> listener) {
        super(context);
        this.listener = listener;
        for (int shard : resources.audit().shards()) {
            ActorRef<ShardVerification.Command> child = context.spawn(
                    ShardVerification.create(
                            resources, shard, leaving, from.getOrDefault(shard, RowWatermark.NONE), context.getSelf()),
                    "shard-" + shard);
            shards.put(child.unsafeUpcast(), shard);
            context.watch(child);
        }
        timers.startTimerWithFixedDelay(Report.INSTANCE, REPORT_INTERVAL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ShardAdvanced.class, this::onShardAdvanced)
                .onMessage(ShardStateChanged.class, this::onShardStateChanged)
                .onMessage(ShardVerified.class, this::onShardVerified)
                .onMessage(ShardFailed.class, failed -> fail(failed.shard(), failed.reason()))
                .onMessage(Report.class, report -> onReport())
                .onSignal(ChildFailed.class, this::onChildFailed)
                .onSignal(Terminated.class, ended -> this)
                .build();
    }

    private Behavior<Command> onShardAdvanced(ShardAdvanced advanced) {
        changed.put(advanced.progress().shard(), advanced.progress());
        return this;
    }

    private Behavior<Command> onShardStateChanged(ShardStateChanged state) {
        listener.tell(state.event());
        return this;
    }

    private Behavior<Command> onShardVerified(ShardVerified verified) {
        changed.put(verified.progress().shard(), verified.progress());
        evidence.put(verified.evidence().shard(), verified.evidence());
        if (evidence.size() < shards.size()) {
            return this;
        }
        onReport();
        listener.tell(new VerificationEvent.Finished(List.copyOf(evidence.values())));
        return Behaviors.stopped();
    }

    private Behavior<Command> onReport() {
        if (!changed.isEmpty()) {
            listener.tell(new VerificationEvent.Progress(List.copyOf(changed.values())));
            changed.clear();
        }
        return this;
    }

    private Behavior<Command> onChildFailed(ChildFailed failed) {
        return fail(shards.getOrDefault(failed.getRef(), 0), OneLine.of(failed.cause()));
    }

    private Behavior<Command> fail(int shard, String reason) {
        getContext()
                .getLog()
                .warn("shard={} can't be verified; the verification ends without a result: {}", shard, reason);
        listener.tell(new VerificationEvent.Failed(shard, reason));
        return Behaviors.stopped();
    }
}
