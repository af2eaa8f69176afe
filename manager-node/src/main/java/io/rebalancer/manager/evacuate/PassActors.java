package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.object.StorageNodeId;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The children that do the work of one pass; they hold nothing that the job's state does not. */
record PassActors(
        ActorRef<AssignmentBatcher.Command> batcher,
        ActorRef<MetadataCommitter.Command> updater,
        ActorRef<Discovery.Command> discovery) {

    static PassActors start(ActorContext<JobMessage> context, JobContext parts, Lease lease, JobState job) {
        ActorRef<JobMessage> self = context.getSelf();
        int parallelism =
                job.tuning().chosenCommitParallelism().orElse(parts.settings().commitParallelism());
        StorageNodeId leaving = job.leaving().orElseThrow().storageNode();
        ActorRef<MetadataCommitter.Command> updater =
                context.spawnAnonymous(MetadataCommitter.create(parts, lease, leaving, parallelism, self));
        ActorRef<AssignmentBatcher.Command> batcher =
                context.spawnAnonymous(AssignmentBatcher.create(parts, job, self));
        ActorRef<Discovery.Command> discovery = context.spawnAnonymous(
                Discovery.create(parts.scan(), leaving, job.scan().marks(), batcher, self));
        return new PassActors(batcher, updater, discovery);
    }

    void stop(ActorContext<JobMessage> context) {
        context.stop(discovery);
        context.stop(batcher);
        context.stop(updater);
    }
}
