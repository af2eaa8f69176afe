package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.manager.evacuate.commit.CommitResult;
import io.rebalancer.manager.evacuate.commit.MetadataCommitter;
import io.rebalancer.manager.evacuate.lease.Lease;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher;
import io.rebalancer.manager.evacuate.planning.PassInput;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.planning.ScanCoordinator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The children that do the work of one pass. They can be rebuilt from the job's state at any time. */
record PassActors(
        ActorRef<AssignmentBatcher.Command> batcher,
        ActorRef<MetadataCommitter.Command> committer,
        ActorRef<ScanCoordinator.Command> scan) {

    static PassActors start(
            ActorContext<JobMessage> context, JobResources resources, Lease lease, FencingToken token, JobState job) {
        ActorRef<PlanningEvent> planningEvents =
                context.messageAdapter(PlanningEvent.class, JobInternalMessage.PlanningReported::new);
        ActorRef<CommitResult> commitResults =
                context.messageAdapter(CommitResult.class, JobInternalMessage.CommitReported::new);
        PassInput pass = passInput(token, job);
        int parallelism = job.tuning()
                .chosenCommitParallelism()
                .orElse(resources.settings().commit().parallelism());
        ActorRef<MetadataCommitter.Command> committer = context.spawnAnonymous(MetadataCommitter.create(
                resources.commit(), lease, pass.leaving().storageNode(), parallelism, commitResults));
        ActorRef<AssignmentBatcher.Command> batcher =
                context.spawnAnonymous(AssignmentBatcher.create(resources.planning(), pass, planningEvents));
        ActorRef<ScanCoordinator.Command> scan = context.spawnAnonymous(
                ScanCoordinator.create(resources.planning().scan(), pass, batcher, planningEvents));
        return new PassActors(batcher, committer, scan);
    }

    private static PassInput passInput(FencingToken token, JobState job) {
        return new PassInput(
                token,
                job.leaving().orElseThrow(),
                job.scan().marks(),
                job.inFlight().all().stream()
                        .map(InFlightAssignment::assignment)
                        .toList(),
                job.order()
                        .filter(EvacuateOrder::isLimited)
                        .map(order -> order.maxRecords() - job.counts().discovered())
                        .orElse(PassInput.UNLIMITED));
    }

    void stop(ActorContext<JobMessage> context) {
        context.stop(scan);
        context.stop(batcher);
        context.stop(committer);
    }
}
