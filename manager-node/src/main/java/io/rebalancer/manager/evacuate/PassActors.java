package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.Verification;
import io.rebalancer.manager.evacuate.commit.CommitResult;
import io.rebalancer.manager.evacuate.commit.MetadataCommitter;
import io.rebalancer.manager.evacuate.commit.WritesInProgress;
import io.rebalancer.manager.evacuate.planning.AssignmentBatcher;
import io.rebalancer.manager.evacuate.planning.PassInput;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.evacuate.planning.ScanCoordinator;
import io.rebalancer.manager.evacuate.planning.ScanResources;
import io.rebalancer.manager.evacuate.planning.UnmovedRecordScan;
import io.rebalancer.manager.lease.Lease;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The children that do the work of one pass. They can be rebuilt from the job's state at any time.
 *
 * @param listeners pass the events of the other children on to the job
 */
record PassActors(
        ActorRef<AssignmentBatcher.Command> batcher,
        ActorRef<MetadataCommitter.Command> committer,
        ActorRef<ScanCoordinator.Command> scan,
        List<ActorRef<?>> listeners) {

    /** @param generation the number of this start; every message of the children names it */
    static PassActors start(
            ActorContext<JobMessage> context,
            JobResources resources,
            Lease lease,
            JobLimits limits,
            WritesInProgress writes,
            FencingToken token,
            JobState job,
            long generation) {
        // A message adapter of the context would name the latest generation also for the children of an earlier one.
        ActorRef<PlanningEvent> planningEvents =
                listener(context, event -> new JobInternalMessage.PlanningReported(generation, event));
        ActorRef<CommitResult> commitResults =
                listener(context, result -> new JobInternalMessage.CommitReported(generation, result));
        PassInput pass = passInput(token, job);
        ActorRef<MetadataCommitter.Command> committer = context.spawnAnonymous(MetadataCommitter.create(
                resources.commit(),
                lease,
                writes,
                pass.leaving().storageNode(),
                limits.commitParallelism(),
                commitResults));
        PlanningResources planning = planning(resources, token.jobId(), job).withLimits(limits);
        ActorRef<AssignmentBatcher.Command> batcher =
                context.spawnAnonymous(AssignmentBatcher.create(planning, pass, planningEvents));
        ActorRef<ScanCoordinator.Command> scan = context.spawnAnonymous(
                ScanCoordinator.create(planning.scan(), pass, batcher, planningEvents, planning.clock()));
        JobInternalMessage.ChildStopped stopped = new JobInternalMessage.ChildStopped(generation);
        context.watchWith(committer, stopped);
        context.watchWith(batcher, stopped);
        context.watchWith(scan, stopped);
        return new PassActors(batcher, committer, scan, List.of(planningEvents, commitResults));
    }

    private static <E> ActorRef<E> listener(ActorContext<JobMessage> context, Function<E, JobMessage> message) {
        return context.spawnAnonymous(Behaviors.receiveMessage(event -> {
            context.getSelf().tell(message.apply(event));
            return Behaviors.same();
        }));
    }

    /** A replica or a clone may not show the rows that a verification found, so a pass after that scans the primaries. */
    private static PlanningResources planning(JobResources resources, UUID jobId, JobState job) {
        if (job.passes().scope() == PassScope.SELECTED_RECORDS) {
            ScanResources scan = resources.primaryScan();
            return resources
                    .planning()
                    .withScan(scan.with(UnmovedRecordScan.ofReasons(
                            resources.unmoved(),
                            scan.tier(),
                            scan.shards(),
                            jobId,
                            job.passes().number(),
                            job.passes().retry().running())));
        }
        if (job.passes().scope() == PassScope.UNMOVED_RECORDS) {
            ScanResources scan = resources.primaryScan();
            UnmovedRecordScan records = job.selection()
                    .map(selection ->
                            UnmovedRecordScan.ofSelection(resources.unmoved(), scan.tier(), scan.shards(), selection))
                    .orElseGet(() -> UnmovedRecordScan.ofPasses(
                            resources.unmoved(),
                            scan.tier(),
                            scan.shards(),
                            jobId,
                            job.passes().number()));
            return resources.planning().withScan(scan.with(records));
        }
        return job.verification().filter(Verification::needsAnotherPass).isPresent()
                ? resources.planning().withScan(resources.primaryScan())
                : resources.planning();
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
        stopPlanning(context);
        context.unwatch(committer);
        context.stop(committer);
        listeners.forEach(context::stop);
    }

    /** Stops to scan and to plan; commits continue. */
    void stopPlanning(ActorContext<JobMessage> context) {
        for (ActorRef<?> child : List.of(scan, batcher)) {
            context.unwatch(child);
            context.stop(child);
        }
    }
}
