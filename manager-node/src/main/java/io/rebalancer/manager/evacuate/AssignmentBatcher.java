package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.EvacuateOrder;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.ScanTracker;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.storage.Placement;
import io.rebalancer.core.storage.SpaceRules;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.OpenBatch.Candidate;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Gives every scanned record of one pass a destination, and gathers them into assignments.
 *
 * <pre>
 * ChunkFound ─► waiting ─place─► batch of its destination ─due─► lease of space ─granted─► BatchReady to the job
 * </pre>
 *
 * Placing stops while the job has its maximum of assignments in flight; chunks are then not acknowledged, and the scan
 * stops too. In memory at most: one chunk for each shard beside the open batches.
 */
final class AssignmentBatcher extends AbstractBehavior<AssignmentBatcher.Command> {
    private static final Duration TICK = Duration.ofMillis(500);

    sealed interface Command {}

    /** Rows of a shard up to {@code end}. */
    record ChunkFound(int shard, ScanPosition end, List<RecordScan.Row> rows, ActorRef<ShardScan.Command> replyTo)
            implements Command {}

    /** A shard has no more rows. */
    record ShardScanned(int shard) implements Command {}

    /** An assignment ended, whichever way. */
    record AssignmentOver(Assignment assignment) implements Command {}

    private record FleetKnown(DestinationCandidates fleet) implements Command {}

    private record LeaseAnswered(SpaceMessage.SpaceReply reply) implements Command {}

    private enum Tick implements Command {
        INSTANCE
    }

    private final JobContext parts;
    private final ActorRef<JobMessage> job;
    private final CopyLocation leaving;
    private final ActorRef<DestinationCandidates> fleetKnown;
    private final ActorRef<SpaceMessage.SpaceReply> leaseAnswered;
    private final Random random = new Random();

    private final ScanTracker tracker = new ScanTracker();
    private final RecentlySettledObjects settled;
    private final Set<Integer> scanning;
    private final Deque<Candidate> waiting = new ArrayDeque<>();
    private final Map<StorageNodeId, OpenBatch> open = new LinkedHashMap<>();
    private final Map<UUID, OpenBatch> leasing = new HashMap<>();
    private final Set<UUID> inFlight = new HashSet<>();
    private final Set<UUID> busyObjects = new HashSet<>();
    private final Map<StorageNodeId, Long> promised = new HashMap<>();
    private final Map<Integer, ActorRef<ShardScan.Command>> unacknowledged = new LinkedHashMap<>();
    private final List<UnmovedRecord> unplaced = new ArrayList<>();
    private DestinationCandidates fleet = DestinationCandidates.UNKNOWN;
    private Optional<Instant> stalledSince = Optional.empty();
    private long budget;
    private boolean drained;

    static Behavior<Command> create(JobContext parts, JobState state, ActorRef<JobMessage> job) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new AssignmentBatcher(context, timers, parts, state, job)));
    }

    private AssignmentBatcher(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            JobContext parts,
            JobState state,
            ActorRef<JobMessage> job) {
        super(context);
        this.parts = parts;
        this.job = job;
        this.leaving = state.leaving().orElseThrow();
        this.scanning = new HashSet<>(parts.scan().shards());
        this.settled = new RecentlySettledObjects(parts.scan().shards());
        this.budget = state.order()
                .filter(EvacuateOrder::isLimited)
                .map(order -> order.maxRecords() - state.counts().discovered())
                .orElse(Long.MAX_VALUE);
        state.inFlight().byId().forEach((id, each) -> {
            inFlight.add(id);
            busyObjects.addAll(objectsOf(each.assignment()));
        });
        this.fleetKnown = context.messageAdapter(DestinationCandidates.class, FleetKnown::new);
        this.leaseAnswered = context.messageAdapter(SpaceMessage.SpaceReply.class, LeaseAnswered::new);
        timers.startTimerWithFixedDelay(Tick.INSTANCE, Duration.ZERO, TICK);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ChunkFound.class, this::onChunkFound)
                .onMessage(ShardScanned.class, this::onShardScanned)
                .onMessage(AssignmentOver.class, this::onAssignmentOver)
                .onMessage(FleetKnown.class, this::onFleetKnown)
                .onMessage(LeaseAnswered.class, this::onLeaseAnswered)
                .onMessage(Tick.class, tick -> onTick())
                .build();
    }

    private Behavior<Command> onChunkFound(ChunkFound found) {
        List<MetadataRecord> wanted = new ArrayList<>();
        List<UnmovedRecord> unreadable = new ArrayList<>();
        for (RecordScan.Row row : found.rows()) {
            if (row.record().isEmpty()) {
                unreadable(row).ifPresent(unreadable::add);
            } else if (takes(row.record().get())) {
                wanted.add(row.record().get());
            }
        }
        unplaced.addAll(unreadable);
        ScanTracker.Chunk chunk = tracker.begin(found.shard(), found.end(), wanted.size() + unreadable.size());
        unreadable.forEach(each -> tracker.settle(chunk));
        wanted.forEach(object -> waiting.addLast(new Candidate(object, chunk)));
        unacknowledged.put(found.shard(), found.replyTo());
        return goOn();
    }

    private Optional<UnmovedRecord> unreadable(RecordScan.Row row) {
        if (budget <= 0) {
            return Optional.empty();
        }
        budget--;
        return Optional.of(
                new UnmovedRecord(row.ref(), UnmovedRecord.Kind.FAILED, Reason.BAD_MANTA_OBJECT, row.fault()));
    }

    /** Further records of an object that is being moved are switched together with the first. */
    private boolean takes(MetadataRecord object) {
        boolean wanted = object.lists(leaving.storageNode())
                && budget > 0
                && !settled.contains(object.objectId())
                && busyObjects.add(object.objectId());
        if (wanted) {
            budget--;
        }
        return wanted;
    }

    private Behavior<Command> onShardScanned(ShardScanned scanned) {
        scanning.remove(scanned.shard());
        settled.shardDone(scanned.shard());
        return goOn();
    }

    private Behavior<Command> onAssignmentOver(AssignmentOver over) {
        if (inFlight.remove(over.assignment().id())) {
            Set<UUID> objects = objectsOf(over.assignment());
            busyObjects.removeAll(objects);
            settled.add(objects);
        }
        return goOn();
    }

    private Behavior<Command> onFleetKnown(FleetKnown known) {
        fleet = known.fleet();
        return goOn();
    }

    private Behavior<Command> onTick() {
        parts.directory().tell(new StorageNodeDirectory.AskFleet(fleetKnown));
        Map<Integer, ScanPosition> marks = tracker.takeMoved();
        if (!marks.isEmpty()) {
            job.tell(new JobInternalMessage.ScanMoved(marks));
        }
        return goOn();
    }

    private Behavior<Command> onLeaseAnswered(LeaseAnswered answer) {
        SpaceMessage.SpaceReply reply = answer.reply();
        promised.put(reply.node(), reply.promisedMib());
        OpenBatch batch = leasing.remove(reply.assignmentId());
        if (batch == null) {
            return this;
        }
        if (reply.granted()) {
            plan(reply.assignmentId(), batch);
        } else {
            putBack(batch);
        }
        return goOn();
    }

    private void plan(UUID assignmentId, OpenBatch batch) {
        inFlight.add(assignmentId);
        batch.candidates().forEach(candidate -> tracker.settle(candidate.chunk()));
        job.tell(new JobInternalMessage.BatchReady(batch.toAssignment(assignmentId, leaving), tracker.takeMoved()));
    }

    private void putBack(OpenBatch batch) {
        List<Candidate> candidates = new ArrayList<>(batch.candidates());
        Collections.reverse(candidates);
        candidates.forEach(waiting::addFirst);
    }

    /** Does all that can be done now; called after every message. */
    private Behavior<Command> goOn() {
        while (!waiting.isEmpty() && hasRoom() && fleet.known() && place(waiting.getFirst())) {
            waiting.removeFirst();
        }
        flushDue();
        acknowledge();
        report();
        return this;
    }

    private boolean hasRoom() {
        return inFlight.size() + leasing.size() < parts.settings().maxAssignmentsInFlight();
    }

    /** Whether the candidate has been dealt with; false to wait for an absent agent. */
    private boolean place(Candidate candidate) {
        Placement.Choice choice = choose(candidate, inOrder(fleet.present()));
        if (choice.destination().isPresent()) {
            stalledSince = Optional.empty();
            addTo(choice.destination().get(), candidate);
            return true;
        }
        Reason reason = choice.refusal().orElse(Reason.NO_DESTINATION);
        if (choose(candidate, fleet.absent()).destination().isPresent()) {
            Instant since = stalledSince.orElseGet(parts.clock()::instant);
            stalledSince = Optional.of(since);
            if (Duration.between(since, parts.clock().instant())
                            .compareTo(parts.settings().agentLostAfter())
                    < 0) {
                return false;
            }
            reason = Reason.DESTINATION_UNREACHABLE;
        }
        except(candidate, reason);
        return true;
    }

    private Placement.Choice choose(Candidate candidate, List<StorageNode> nodes) {
        return Placement.choose(
                candidate.object(),
                leaving,
                nodes,
                this::promisedOn,
                parts.settings().placement());
    }

    /** The nodes with the most free space in random order, so that load spreads; the others after them. */
    private List<StorageNode> inOrder(List<StorageNode> byFreeSpace) {
        int count = Math.min(parts.settings().candidates(), byFreeSpace.size());
        List<StorageNode> preferred = new ArrayList<>(byFreeSpace.subList(0, count));
        Collections.shuffle(preferred, random);
        return Stream.concat(preferred.stream(), byFreeSpace.stream().skip(count))
                .toList();
    }

    private long promisedOn(StorageNode node) {
        OpenBatch gathering = open.get(node.id());
        return promised.getOrDefault(node.id(), 0L) + (gathering == null ? 0 : gathering.mib());
    }

    private void except(Candidate candidate, Reason reason) {
        MetadataRecord object = candidate.object();
        busyObjects.remove(object.objectId());
        tracker.settle(candidate.chunk());
        String detail = "object " + object.objectId() + " of " + object.sizeBytes()
                + " bytes has no destination among " + fleet.present().size() + " storage nodes with an agent and "
                + fleet.absent().size() + " without one; the last one tried said " + reason;
        unplaced.add(new UnmovedRecord(object.ref(), UnmovedRecord.Kind.SKIPPED, reason, detail));
    }

    private void addTo(StorageNode destination, Candidate candidate) {
        OpenBatch batch = open.computeIfAbsent(
                destination.id(), id -> new OpenBatch(destination, parts.clock().instant()));
        batch.add(candidate);
        if (due(batch)) {
            flush(batch);
        }
    }

    private boolean due(OpenBatch batch) {
        Duration age = Duration.between(batch.since(), parts.clock().instant());
        return parts.settings().batch().due(batch.size(), batch.bytes(), age);
    }

    private void flushDue() {
        boolean nothingFollows = scanning.isEmpty() && waiting.isEmpty();
        for (OpenBatch batch : List.copyOf(open.values())) {
            if (hasRoom() && (nothingFollows || due(batch))) {
                flush(batch);
            }
        }
    }

    private void flush(OpenBatch batch) {
        open.remove(batch.destination().id());
        UUID id = UUID.randomUUID();
        leasing.put(id, batch);
        long available = SpaceRules.availableMib(
                batch.destination(), parts.settings().placement().maxFillPercent(), 0);
        parts.spaceBroker()
                .tell(new SpaceMessage.Lease(id, batch.destination().id(), batch.mib(), available, leaseAnswered));
    }

    private void acknowledge() {
        if (!waiting.isEmpty()) {
            return;
        }
        unacknowledged.forEach((shard, scan) -> {
            settled.chunkDone(shard);
            scan.tell(new ShardScan.ChunkTaken(budget <= 0));
        });
        unacknowledged.clear();
    }

    private void report() {
        if (!unplaced.isEmpty()) {
            job.tell(new JobInternalMessage.RecordsUnplaced(List.copyOf(unplaced), tracker.takeMoved()));
            unplaced.clear();
        }
        boolean nothingLeft =
                scanning.isEmpty() && waiting.isEmpty() && open.isEmpty() && leasing.isEmpty() && inFlight.isEmpty();
        if (nothingLeft && !drained) {
            drained = true;
            job.tell(JobInternalMessage.PassDrained.INSTANCE);
        }
    }

    private static Set<UUID> objectsOf(Assignment assignment) {
        return assignment.tasks().stream().map(CopyTask::objectId).collect(Collectors.toUnmodifiableSet());
    }
}
