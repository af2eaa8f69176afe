package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.text.OneLine;
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

    private ScanCoordinator() {}

    /**
     * @param resources the scan, and the permits that bound the shards read at a time
     * @param batcher gets the chunks of all shards
     * @param listener gets {@link PlanningEvent.ScanFailed}
     */
    public static Behavior<Command> create(
            ScanResources resources,
            PassInput pass,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<PlanningEvent> listener) {
        return Behaviors.setup(context -> {
            StorageNodeId leaving = pass.leaving().storageNode();
            for (int shard : resources.shards()) {
                RecordScan.ShardCursor cursor =
                        resources.scan().open(shard, leaving, pass.marks().getOrDefault(shard, ScanPosition.START));
                context.watch(context.spawn(
                        ShardScan.create(resources, leaving, shard, cursor, batcher, context.getSelf()),
                        "shard-" + shard));
            }
            return Behaviors.receive(Command.class)
                    .onMessage(ShardFailed.class, failed -> {
                        listener.tell(new PlanningEvent.ScanFailed(
                                "metadata shard " + failed.shard() + " can't be scanned: " + failed.reason()));
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
