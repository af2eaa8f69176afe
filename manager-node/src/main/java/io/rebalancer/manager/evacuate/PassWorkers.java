package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.StorageNodeId;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The children that do the work of one pass; they hold nothing that the job's state does not. */
record PassWorkers(
        ActorRef<AssignmentBatcher.Command> batcher,
        ActorRef<MetadataUpdater.Command> updater,
        ActorRef<Discovery.Command> discovery) {

    static PassWorkers start(ActorContext<JobMessage> context, JobParts parts, Lease lease, JobState job) {
        ActorRef<JobMessage> self = context.getSelf();
        int parallelism = job.commitParallelism() == 0 ? parts.settings().commitParallelism() : job.commitParallelism();
        StorageNodeId leaving = job.leaving().orElseThrow().storageNode();
        ActorRef<MetadataUpdater.Command> updater =
                context.spawnAnonymous(MetadataUpdater.create(parts, lease, leaving, parallelism, self));
        ActorRef<AssignmentBatcher.Command> batcher =
                context.spawnAnonymous(AssignmentBatcher.create(parts, job, self));
        ActorRef<Discovery.Command> discovery =
                context.spawnAnonymous(Discovery.create(parts.scan(), leaving, job.marks(), batcher, self));
        return new PassWorkers(batcher, updater, discovery);
    }

    void stop(ActorContext<JobMessage> context) {
        context.stop(discovery);
        context.stop(batcher);
        context.stop(updater);
    }
}
