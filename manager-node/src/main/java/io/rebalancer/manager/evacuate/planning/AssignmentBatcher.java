package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
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
 * </pre>
 *
 * Placing stops while the maximum number of assignments is in flight. Chunks are then not acknowledged, so the scan
 * stops too. Memory holds at most one chunk per shard, and the open batches.
 */
public final class AssignmentBatcher extends AbstractBehavior<AssignmentBatcher.Command> {
    private static final Duration TICK_INTERVAL = Duration.ofMillis(500);

    /** Messages to the batcher. */
    public sealed interface Command {}

    /** Rows of a shard up to {@code end}. */
    record ChunkFound(int shard, ScanPosition end, List<RecordScan.Row> rows, ActorRef<ShardScan.Command> replyTo)
            implements Command {}

    /** A shard has no more rows. */
    record ShardScanned(int shard) implements Command {}

    /** An assignment ended: committed, given up, or rejected. */
    public record AssignmentEnded(Assignment assignment) implements Command {}

    private record CandidatesListed(DestinationCandidates candidates) implements Command {}

    private record LeaseAnswered(SpaceMessage.SpaceReply reply) implements Command {}

    private enum Tick implements Command {
        INSTANCE
    }

    private final ActorRef<StorageNodeDirectory.Command> directory;
    private final ActorRef<SpaceMessage> spaceBroker;
    private final ActorRef<PlanningEvent> listener;
    private final ActorRef<DestinationCandidates> candidatesListed;
    private final ActorRef<SpaceMessage.SpaceReply> leaseAnswered;

    private final CopyLocation leaving;
    private final ObjectDeduplicator objects;
    private final ScanIntake intake;
    private final DestinationPicker destinations;
    private final BatchPool batches;
    private final Deque<Candidate> waiting = new ArrayDeque<>();
    private boolean drained;

    /** @param listener gets the events of this batcher, in order */
    public static Behavior<Command> create(
            PlanningResources resources, PassInput pass, ActorRef<PlanningEvent> listener) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new AssignmentBatcher(context, timers, resources, pass, listener)));
    }

    private AssignmentBatcher(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PlanningResources resources,
            PassInput pass,
            ActorRef<PlanningEvent> listener) {
        super(context);
        this.directory = resources.directory();
        this.spaceBroker = resources.spaceBroker();
        this.listener = listener;
        this.candidatesListed = context.messageAdapter(DestinationCandidates.class, CandidatesListed::new);
        this.leaseAnswered = context.messageAdapter(SpaceMessage.SpaceReply.class, LeaseAnswered::new);
        this.leaving = pass.leaving();
        this.objects = new ObjectDeduplicator(resources.scan().shards(), pass.inFlight());
        this.intake = new ScanIntake(resources.scan().shards(), pass, objects);
        this.batches = new BatchPool(resources.settings(), resources.clock(), pass.inFlight());
        this.destinations =
                new DestinationPicker(resources.settings(), leaving, batches::promisedOn, resources.clock());
        timers.startTimerWithFixedDelay(Tick.INSTANCE, Duration.ZERO, TICK_INTERVAL);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ChunkFound.class, this::onChunkFound)
                .onMessage(ShardScanned.class, this::onShardScanned)
                .onMessage(AssignmentEnded.class, this::onAssignmentEnded)
                .onMessage(CandidatesListed.class, this::onCandidatesListed)
                .onMessage(LeaseAnswered.class, this::onLeaseAnswered)
                .onMessage(Tick.class, tick -> onTick())
                .build();
    }

    private Behavior<Command> onChunkFound(ChunkFound found) {
        ScanIntake.Selection selection = intake.take(found.shard(), found.end(), found.rows(), found.replyTo());
        waiting.addAll(selection.candidates());
        return advance(selection.unreadable());
    }

    private Behavior<Command> onShardScanned(ShardScanned scanned) {
        intake.finishShard(scanned.shard());
        return advance();
    }

    private Behavior<Command> onAssignmentEnded(AssignmentEnded ended) {
        if (batches.removeEnded(ended.assignment().id())) {
            objects.assignmentEnded(ended.assignment());
        }
        return advance();
    }

    private Behavior<Command> onCandidatesListed(CandidatesListed listed) {
        destinations.setNodes(listed.candidates());
        return advance();
    }

    private Behavior<Command> onTick() {
        directory.tell(new StorageNodeDirectory.GetCandidates(candidatesListed));
        Map<Integer, ScanPosition> marks = intake.takeMarks();
        if (!marks.isEmpty()) {
            listener.tell(new PlanningEvent.ScanMoved(marks));
        }
        return advance();
    }

    private Behavior<Command> onLeaseAnswered(LeaseAnswered answer) {
        SpaceMessage.SpaceReply reply = answer.reply();
        Optional<OpenBatch> batch = batches.finishLease(reply);
        if (batch.isEmpty()) {
            return this;
        }
        if (reply.granted()) {
            plan(reply.assignmentId(), batch.get());
        } else {
            putBack(batch.get());
        }
        return advance();
    }

    private void plan(UUID assignmentId, OpenBatch batch) {
        batch.candidates().forEach(intake::settle);
        listener.tell(new PlanningEvent.BatchReady(batch.toAssignment(assignmentId, leaving), intake.takeMarks()));
    }

    private void putBack(OpenBatch batch) {
        List<Candidate> candidates = new ArrayList<>(batch.candidates());
        Collections.reverse(candidates);
        candidates.forEach(waiting::addFirst);
    }

    private Behavior<Command> advance() {
        return advance(List.of());
    }

    /** Does everything that is possible now; called after every message. */
    private Behavior<Command> advance(List<UnmovedRecord> unreadable) {
        List<UnmovedRecord> unplaced = new ArrayList<>(unreadable);
        placeWaiting(unplaced);
        leaseDueBatches();
        if (waiting.isEmpty()) {
            intake.acknowledge();
        }
        report(unplaced);
        return this;
    }

    private void placeWaiting(List<UnmovedRecord> unplaced) {
        while (!waiting.isEmpty() && batches.hasCapacity() && destinations.isReady()) {
            Candidate candidate = waiting.getFirst();
            DestinationPicker.Pick pick = destinations.pick(candidate.record());
            if (pick instanceof DestinationPicker.Picked picked) {
                batches.add(picked.destination(), candidate).ifPresent(this::lease);
            } else if (pick instanceof DestinationPicker.Unplaceable refused) {
                objects.release(candidate.record().objectId());
                intake.settle(candidate);
                unplaced.add(new UnmovedRecord(
                        candidate.record().ref(), UnmovedRecord.Kind.SKIPPED, refused.reason(), refused.detail()));
            } else {
                return;
            }
            waiting.removeFirst();
        }
    }

    private void leaseDueBatches() {
        boolean complete = intake.isFinished() && waiting.isEmpty();
        for (OpenBatch batch : batches.dueBatches(complete)) {
            if (batches.hasCapacity()) {
                lease(batch);
            }
        }
    }

    private void lease(OpenBatch batch) {
        spaceBroker.tell(batches.startLease(batch, leaseAnswered));
    }

    private void report(List<UnmovedRecord> unplaced) {
        if (!unplaced.isEmpty()) {
            listener.tell(new PlanningEvent.RecordsUnplaced(unplaced, intake.takeMarks()));
        }
        if (!drained && intake.isFinished() && waiting.isEmpty() && batches.isEmpty()) {
            drained = true;
            listener.tell(PlanningEvent.PassDrained.INSTANCE);
        }
    }
}
