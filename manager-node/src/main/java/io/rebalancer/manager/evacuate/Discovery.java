package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Scans all shards of one pass at once, each from its low-water mark. */
final class Discovery {

    sealed interface Command {}

    /** A shard can't be scanned for a reason that waiting does not mend. */
    record ShardFailed(int shard, String reason) implements Command {}

    private Discovery() {}

    /** @param marks where each shard's scan goes on; a shard without one begins */
    static Behavior<Command> create(
            RecordScan scan,
            StorageNodeId leaving,
            Map<Integer, ScanPosition> marks,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<JobMessage> job) {
        return Behaviors.setup(context -> {
            for (int shard : scan.shards()) {
                RecordScan.ShardCursor cursor =
                        scan.open(shard, leaving, marks.getOrDefault(shard, ScanPosition.START));
                context.watch(
                        context.spawn(ShardScan.create(shard, cursor, batcher, context.getSelf()), "shard-" + shard));
            }
            return Behaviors.receive(Command.class)
                    .onMessage(ShardFailed.class, failed -> {
                        job.tell(new JobInternalMessage.ScanFailed(
                                "metadata shard " + failed.shard() + " can't be scanned: " + failed.reason()));
                        return Behaviors.same();
                    })
                    .onSignal(ChildFailed.class, failed -> {
                        job.tell(new JobInternalMessage.ScanFailed(
                                "the scan of " + failed.getRef().path().name() + " broke: "
                                        + failed.cause().getMessage()));
                        return Behaviors.same();
                    })
                    .onSignal(Terminated.class, ended -> Behaviors.same())
                    .build();
        });
    }
}
