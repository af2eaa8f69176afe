package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.text.OneLine;
import java.time.Clock;
import java.time.Instant;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Scans all shards of one pass in parallel, each from its low-water mark. */
public final class ScanCoordinator {

    /** Messages to the coordinator; they come from its own children. */
    public sealed interface Command {}

    /** A shard can't be scanned, and waiting does not help. */
    record ShardFailed(int shard, String reason) implements Command {}

    /**
     * A shard can't be read now; the read is retried. Repeated with each failed retry.
     *
     * @param since when the first of these failures happened
     * @param cause the last failure
     */
    record ShardDelayed(int shard, Instant since, String cause) implements Command {}

    /** A delayed shard is being read again. */
    record ShardResumed(int shard) implements Command {}

    private ScanCoordinator() {}

    /**
     * @param resources the scan, and the permits that bound the shards read at a time
     * @param batcher gets the chunks of all shards
     * @param listener gets {@link PlanningEvent.ScanFailed}, {@link PlanningEvent.ShardDelayed} and
     *     {@link PlanningEvent.ShardResumed}
     */
    public static Behavior<Command> create(
            ScanResources resources,
            PassInput pass,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<PlanningEvent> listener,
            Clock clock) {
        return Behaviors.setup(context -> {
            StorageNodeId leaving = pass.leaving().storageNode();
            for (int shard : resources.shards()) {
                RecordScan.ShardCursor cursor =
                        resources.scan().open(shard, leaving, pass.marks().getOrDefault(shard, ScanPosition.START));
                context.watch(context.spawn(
                        ShardScan.create(resources, leaving, shard, cursor, batcher, context.getSelf(), clock),
                        "shard-" + shard));
            }
            return Behaviors.receive(Command.class)
                    .onMessage(ShardFailed.class, failed -> {
                        listener.tell(new PlanningEvent.ScanFailed(
                                "metadata shard " + failed.shard() + " can't be scanned: " + failed.reason()));
                        return Behaviors.same();
                    })
                    .onMessage(ShardDelayed.class, delayed -> {
                        listener.tell(
                                new PlanningEvent.ShardDelayed(delayed.shard(), delayed.since(), delayed.cause()));
                        return Behaviors.same();
                    })
                    .onMessage(ShardResumed.class, resumed -> {
                        listener.tell(new PlanningEvent.ShardResumed(resumed.shard()));
                        return Behaviors.same();
                    })
                    .onSignal(ChildFailed.class, failed -> {
                        listener.tell(new PlanningEvent.ScanFailed("the scan of "
                                + failed.getRef().path().name() + " failed: " + OneLine.of(failed.cause())));
                        return Behaviors.same();
                    })
                    .onSignal(Terminated.class, ended -> Behaviors.same())
                    .build();
        });
    }
}
