package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.MetadataTier;
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

    /** @param chunk row ids asked of a shard at a time */
    static Behavior<Command> create(
            MetadataTier tier,
            int chunk,
            Map<Integer, ScanPosition> marks,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<JobMessage> job) {
        return Behaviors.setup(context -> {
            for (int shard : tier.shards()) {
                ScanPosition from = marks.getOrDefault(shard, ScanPosition.START);
                Behavior<ShardScan.Command> scan =
                        ShardScan.create(tier, shard, chunk, from, batcher, context.getSelf());
                context.watch(context.spawn(scan, "shard-" + shard));
            }
            return Behaviors.receive(Command.class)
                    .onMessage(ShardFailed.class, failed -> {
                        job.tell(new JobInternal.ScanFailed(
                                "metadata shard " + failed.shard() + " can't be scanned: " + failed.reason()));
                        return Behaviors.same();
                    })
                    .onSignal(ChildFailed.class, failed -> {
                        job.tell(new JobInternal.ScanFailed(
                                "the scan of " + failed.getRef().path().name() + " broke: "
                                        + failed.cause().getMessage()));
                        return Behaviors.same();
                    })
                    .onSignal(Terminated.class, ended -> Behaviors.same())
                    .build();
        });
    }
}
