package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Gives every scanned record of one pass a destination, and gathers the records into assignments.
 *
 * <pre>
 * ChunkFound ─► waiting ─place─► batch of its destination ─due─► lease of space ─granted─► BatchReady to the listener
 *                  └only unreachable nodes qualify─► set aside ─► placed later, or unplaced
 * </pre>
 *
 * Placing stops while the maximum number of assignments is in flight. Chunks are then not acknowledged, so the scan
 * stops too. Memory holds at most one chunk per shard, the open batches, and {@link SetAside#MAX_OBJECTS} objects that
 * are set aside.
 */
public final class AssignmentBatcher extends AbstractBehavior<AssignmentBatcher.Command> {
    private static final Duration TICK_INTERVAL = Duration.ofMillis(500);

    /** Messages to the batcher. */
    public sealed interface Command {}

    /** The scan of a shard can read its first chunk. */
    record ScanReady(int shard, ActorRef<ShardScan.Command> scan) implements Command {}

    /** Rows of a shard up to {@code end}. */
    record ChunkFound(int shard, ScanPosition end, List<RecordScan.Row> rows, ActorRef<ShardScan.Command> replyTo)
            implements Command {}

    /** A failed read of a shard is repeated. */
    record ReadRepeated(int shard) implements Command {}

    /** A shard has no more rows. */
    record ShardScanned(int shard) implements Command {}

    /**
     * An assignment ended.
     *
     * @param left what it left on the leaving node
     * @param fault what the destination did wrong, if it did not carry out the assignment
     */
    public record AssignmentEnded(Assignment assignment, End end, Leftover left, Optional<DestinationFault> fault)
            implements Command {

        /** How an assignment ended, as far as its destination is concerned. */
        public enum End {
            CARRIED_OUT,
            FAILED,
            WITHDRAWN
        }

        /** The destination made the copies, at least some of them. */
        public static AssignmentEnded carriedOut(Assignment assignment, Leftover left) {
            return new AssignmentEnded(assignment, End.CARRIED_OUT, left, Optional.empty());
        }

        /** The destination refused the assignment, was lost, or made no copy. */
        public static AssignmentEnded failed(Assignment assignment, Leftover left, DestinationFault fault) {
            return new AssignmentEnded(assignment, End.FAILED, left, Optional.of(fault));
        }

        /** The destination had no part in the end of the assignment. */
        public static AssignmentEnded withdrawn(Assignment assignment, Leftover left) {
            return new AssignmentEnded(assignment, End.WITHDRAWN, left, Optional.empty());
        }
    }

    private record CandidatesChanged(DestinationCandidates candidates) implements Command {}

    private record BrokerReplied(SpaceMessage.BrokerReply reply) implements Command {}

    private record EarlierBrokerReplied(SpaceMessage.SpaceReply reply) implements Command {}

    private enum Tick implements Command {
        INSTANCE
    }

    private final PlanningResources resources;
    private final ActorRef<PlanningEvent> listener;
    private final ActorRef<DestinationCandidates> candidatesChanged;
    private final SpaceBrokerClient spaceBroker;

    private final ScanIntake intake;
    private final BatchPool batches;
    private final DestinationPicker destinations;
    private final Deque<Candidate> waiting = new ArrayDeque<>();
    private final SetAside aside = new SetAside();
    private final WaitReporter waits;
    private final PlanningPace pace;
    private boolean drained;

    /** @param listener gets the events of this batcher, in order */
    public static Behavior<Command> create(
            PlanningResources resources, PassInput pass, ActorRef<PlanningEvent> listener) {
        return create(resources, pass, listener, Sources.ALL, DestinationPicker.Draws.random());
    }

    /**
     * A batcher whose draws depend on the order of its messages only, and not on the time when they arrive.
     *
     * @param sources objects that have none are not placed
     * @param seed determines the draws
     */
    public static Behavior<Command> repeatable(
            PlanningResources resources, PassInput pass, ActorRef<PlanningEvent> listener, Sources sources, long seed) {
        return create(resources, pass, listener, sources, DestinationPicker.Draws.repeatable(seed));
    }

    private static Behavior<Command> create(
            PlanningResources resources,
            PassInput pass,
            ActorRef<PlanningEvent> listener,
            Sources sources,
            DestinationPicker.Draws draws) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new AssignmentBatcher(context, timers, resources, pass, listener, sources, draws)));
    }

    private AssignmentBatcher(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PlanningResources resources,
            PassInput pass,
            ActorRef<PlanningEvent> listener,
            Sources sources,
            DestinationPicker.Draws draws) {
        super(context);
        this.resources = resources;
        this.listener = listener;
        this.candidatesChanged = context.messageAdapter(DestinationCandidates.class, CandidatesChanged::new);
        this.spaceBroker = new SpaceBrokerClient(
                resources,
                pass.token(),
                context.messageAdapter(SpaceMessage.BrokerReply.class, BrokerReplied::new),
                context.messageAdapter(SpaceMessage.SpaceReply.class, EarlierBrokerReplied::new));
        this.intake = new ScanIntake(resources.scan().shards(), pass);
        this.batches = new BatchPool(resources, pass);
        this.destinations = new DestinationPicker(resources.settings(), pass.leaving(), batches, sources, draws);
        this.pace = new PlanningPace(resources.limits(), resources.clock());
        this.waits = new WaitReporter(resources.settings(), resources.clock());
        timers.startTimerWithFixedDelay(Tick.INSTANCE, Duration.ZERO, TICK_INTERVAL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ScanReady.class, this::onScanReady)
                .onMessage(ChunkFound.class, this::onChunkFound)
                .onMessage(ReadRepeated.class, this::onReadRepeated)
                .onMessage(ShardScanned.class, this::onShardScanned)
                .onMessage(AssignmentEnded.class, this::onAssignmentEnded)
                .onMessage(CandidatesChanged.class, this::onCandidatesChanged)
                .onMessage(BrokerReplied.class, this::onBrokerReplied)
                .onMessage(EarlierBrokerReplied.class, this::onEarlierBrokerReplied)
                .onMessage(Tick.class, tick -> onTick())
                .build();
    }

    private Behavior<Command> onScanReady(ScanReady ready) {
        intake.addReady(ready.shard(), ready.scan());
        return advance();
    }

    private Behavior<Command> onChunkFound(ChunkFound found) {
        ScanIntake.Selection selection = intake.take(found.shard(), found.end(), found.rows(), found.replyTo());
        waiting.addAll(selection.candidates());
        pace.scanned(found.rows().size());
        listener.tell(new PlanningEvent.RowsRead(
                found.shard(), found.end(), found.rows().size()));
        return advance(new ArrayList<>(selection.unreadable()));
    }

    private Behavior<Command> onReadRepeated(ReadRepeated repeated) {
        intake.repeatRead(repeated.shard());
        return this;
    }

    private Behavior<Command> onShardScanned(ShardScanned scanned) {
        intake.finishShard(scanned.shard());
        return advance();
    }

    private Behavior<Command> onAssignmentEnded(AssignmentEnded ended) {
        batches.removeEnded(ended.assignment().id()).ifPresent(batch -> {
            waiting.addAll(intake.assignmentEnded(ended.assignment(), batch.candidates(), ended.left()));
            SpaceLease lease = batch.lease();
            spaceBroker.returnLease(lease.assignmentId());
            destinations.loads().subtract(lease);
            if (ended.end() != AssignmentEnded.End.WITHDRAWN) {
                spaceBroker.report(lease.node(), ended.fault());
            }
            if (ended.fault().isPresent()) {
                // The reply carries the penalty.
                spaceBroker.announceSoon();
            }
        });
        return advance();
    }

    private Behavior<Command> onCandidatesChanged(CandidatesChanged changed) {
        destinations.setNodes(changed.candidates());
        aside.requestRetry();
        return advance();
    }

    private Behavior<Command> onTick() {
        resources.directory().tell(new StorageNodeDirectory.Subscribe(candidatesChanged));
        reportMarks();
        batches.requests().forEach(this::repeatOrGiveUp);
        spaceBroker.announceIfDue(batches);
        spaceBroker.announceWeightIfDue(resources.limits().now().weight());
        destinations.refresh();
        batches.removeOpen(destinations::isOpen).forEach(this::putBack);
        List<UnmovedRecord> unplaced = new ArrayList<>();
        Instant lost =
                resources.clock().instant().minus(resources.settings().get().agentLostAfter());
        aside.takeSetAsideUntil(lost).forEach(each -> unplaced.add(unreachable(each)));
        advance(unplaced);
        waits.changed(
                        destinations.isReady(),
                        waiting.size(),
                        pace.heldSince(),
                        spaceBroker.silentSince(),
                        batches.requests(),
                        aside)
                .ifPresent(listener::tell);
        return this;
    }

    private void repeatOrGiveUp(LeaseRequest request) {
        if (spaceBroker.hasTimedOut(request)) {
            getContext()
                    .getLog()
                    .warn(
                            "job={} destination={} no reply of the space broker for {} to a request for {} MiB; placing"
                                    + " its {} objects again",
                            spaceBroker.jobId(),
                            request.lease().node(),
                            SpaceBrokerClient.REQUEST_TIMEOUT,
                            request.lease().mib(),
                            request.batch().size());
            batches.removeRequest(request);
            putBack(request.batch());
        } else if (spaceBroker.isRepetitionDue(request)) {
            spaceBroker.send(request);
        }
    }

    private Behavior<Command> onBrokerReplied(BrokerReplied replied) {
        spaceBroker.noticeReply(false);
        if (replied.reply() instanceof SpaceMessage.SpaceStatus status) {
            destinations.loads().replace(status);
            destinations.refresh();
            aside.requestRetry();
        } else if (replied.reply() instanceof SpaceMessage.WeightsOfJobs known) {
            resources.limits().learnWeights(known.weights());
        } else if (replied.reply() instanceof SpaceMessage.LeaseDecided decided) {
            return onLeaseDecided(decided);
        }
        return advance();
    }

    private Behavior<Command> onLeaseDecided(SpaceMessage.LeaseDecided decided) {
        destinations.loads().setPromised(decided.node(), decided.promisedMib());
        switch (decided.decision()) {
            case GRANTED -> finishRequest(decided.assignmentId(), true);
            case REFUSED -> finishRequest(decided.assignmentId(), false);
            case LEARNING -> {
                batches.request(decided.assignmentId()).ifPresent(LeaseRequest::defer);
                spaceBroker.announceSoon();
            }
            case STALE -> {
                return endSuperseded(decided);
            }
        }
        return advance();
    }

    /** It sends nothing more, but runs until the job stops it: a child that ends unasked counts as a failure. */
    private Behavior<Command> endSuperseded(SpaceMessage.LeaseDecided refused) {
        listener.tell(new PlanningEvent.Superseded(refused.token().epoch(), refused.assignmentId()));
        return Behaviors.ignore();
    }

    private Behavior<Command> onEarlierBrokerReplied(EarlierBrokerReplied replied) {
        SpaceMessage.SpaceReply reply = replied.reply();
        spaceBroker.noticeReply(true);
        destinations.loads().setPromised(reply.node(), reply.promisedMib());
        finishRequest(reply.assignmentId(), reply.granted());
        return advance();
    }

    private void finishRequest(UUID assignmentId, boolean granted) {
        Optional<LeaseRequest> request = batches.request(assignmentId);
        if (request.isEmpty()) {
            // A late reply to a request that was given up, or the second reply to a repeated request.
            if (granted && !batches.isInFlight(assignmentId)) {
                spaceBroker.returnLease(assignmentId);
            }
            return;
        }
        batches.removeRequest(request.get());
        if (granted && destinations.isOpen(request.get().lease().node())) {
            plan(request.get());
        } else {
            if (granted) {
                spaceBroker.returnLease(assignmentId);
            }
            putBack(request.get().batch());
        }
    }

    private void plan(LeaseRequest granted) {
        listener.tell(new PlanningEvent.BatchReady(batches.addInFlight(granted), intake.takeMarks()));
    }

    private void putBack(OpenBatch batch) {
        List<Candidate> candidates = new ArrayList<>(batch.candidates());
        Collections.reverse(candidates);
        candidates.forEach(waiting::addFirst);
    }

    private Behavior<Command> advance() {
        return advance(new ArrayList<>());
    }

    /**
     * Does everything that is possible now; called after every message.
     *
     * @param unplaced records to report; grows
     */
    private Behavior<Command> advance(List<UnmovedRecord> unplaced) {
        placeSetAside(unplaced);
        placeWaiting(unplaced);
        leaseDueBatches();
        if (waiting.isEmpty() && pace.mayScan()) {
            intake.requestChunks(
                    resources.settings().get().scan().maxShardsAtATime(),
                    resources.clock().instant());
        }
        report(unplaced);
        return this;
    }

    private boolean canPlace() {
        return mayLease() && destinations.isReady();
    }

    private void placeWaiting(List<UnmovedRecord> unplaced) {
        while (!waiting.isEmpty() && canPlace()) {
            place(waiting.removeFirst(), resources.clock().instant(), unplaced);
        }
    }

    private void placeSetAside(List<UnmovedRecord> unplaced) {
        if (!canPlace()) {
            return;
        }
        for (SetAside.Waiter each : aside.takeForRetry()) {
            if (canPlace()) {
                place(each.candidate(), each.since(), unplaced);
            } else {
                aside.add(each);
                aside.requestRetry();
            }
        }
    }

    /** @param since when the object began to wait for an unreachable agent, if it has to */
    private void place(Candidate candidate, Instant since, List<UnmovedRecord> unplaced) {
        DestinationPicker.Pick pick = destinations.pick(candidate.record());
        if (pick instanceof DestinationPicker.Picked picked) {
            batches.add(picked.destination(), candidate).ifPresent(this::lease);
        } else if (pick instanceof DestinationPicker.Unreachable unreachable) {
            aside.add(new SetAside.Waiter(candidate, since, unreachable.refusal()))
                    .ifPresent(oldest -> unplaced.add(unreachable(oldest)));
        } else if (pick instanceof DestinationPicker.Unplaceable refused) {
            unplaced.add(unplaced(candidate, refused.reason(), refused.detail()));
        }
    }

    private UnmovedRecord unreachable(SetAside.Waiter waiter) {
        return unplaced(
                waiter.candidate(),
                Reason.DESTINATION_UNREACHABLE,
                "object " + waiter.candidate().record().objectId() + " waited since " + waiter.since()
                        + "; only these storage nodes could take it: "
                        + waiter.refusal().text()
                        + "; restart their agents, or add space to other nodes");
    }

    private UnmovedRecord unplaced(Candidate candidate, Reason reason, String detail) {
        UnmovedRecord unmoved = new UnmovedRecord(candidate.record().ref(), UnmovedRecord.Kind.SKIPPED, reason, detail);
        waiting.addAll(intake.unplaced(candidate, unmoved));
        return unmoved;
    }

    private void leaseDueBatches() {
        boolean complete = intake.isFinished() && waiting.isEmpty();
        for (OpenBatch batch : batches.dueBatches(complete)) {
            if (mayLease()) {
                lease(batch);
            }
        }
    }

    private boolean mayLease() {
        return batches.hasCapacity() && pace.mayPlan();
    }

    private void lease(OpenBatch batch) {
        pace.planned(batch.bytes());
        spaceBroker.send(batches.close(batch));
    }

    private void report(List<UnmovedRecord> unplaced) {
        if (!unplaced.isEmpty()) {
            PlanningEvent.RecordsUnplaced.inPieces(unplaced, intake.takeMarks()).forEach(listener::tell);
        }
        if (!drained && intake.isFinished() && waiting.isEmpty() && aside.isEmpty() && batches.isEmpty()) {
            drained = true;
            reportMarks();
            listener.tell(PlanningEvent.PassDrained.INSTANCE);
        }
    }

    private void reportMarks() {
        Map<Integer, ScanPosition> marks = intake.takeMarks();
        if (!marks.isEmpty()) {
            listener.tell(new PlanningEvent.ScanMoved(marks));
        }
    }
}
