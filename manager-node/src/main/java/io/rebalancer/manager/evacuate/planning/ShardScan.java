package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.text.OneLine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Scans one shard. It reads a chunk when the batcher wants one, so at most one chunk is in memory. Each read waits for a
 * permit, which the scans of all jobs share ({@link ScanPermits}). Rows that do not come from the primary are first replaced
 * by live records ({@link LiveRows}), piece by piece.
 *
 * <p>While the shard is unavailable the read is retried with a growing backoff, and the other shards continue. The scan reports
 * to the coordinator when that begins, with each failed retry, and when a read succeeds again. Any other failure ends the
 * scan with a reason: a scan that skipped rows would report a node as empty that is not.
 */
final class ShardScan extends AbstractBehavior<ShardScan.Command> {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10));

    sealed interface Command {}

    /**
     * The batcher wants the first or the next chunk.
     *
     * @param budgetExhausted whether the pass takes no more records, so the scan may end
     */
    record ChunkWanted(boolean budgetExhausted) implements Command {}

    private record ChunkRead(RecordScan.Chunk chunk) implements Command {}

    private record PieceRead(List<RecordScan.Row> live) implements Command {}

    private record ReadFailed(Throwable cause) implements Command {}

    private enum Retry implements Command {
        INSTANCE
    }

    private final ScanPermits permits;
    private final Optional<LiveRows> liveRows;
    private final int shard;
    private final RecordScan.ShardCursor cursor;
    private final ActorRef<AssignmentBatcher.Command> batcher;
    private final ActorRef<ScanCoordinator.Command> coordinator;
    private final TimerScheduler<Command> timers;
    private final Clock clock;
    private Optional<UncheckedChunk> unchecked = Optional.empty();
    private boolean last;
    private int failures;
    private Optional<Instant> delayedSince = Optional.empty();

    /** @param cursor closed when the scan stops */
    static Behavior<Command> create(
            ScanResources resources,
            StorageNodeId leaving,
            int shard,
            RecordScan.ShardCursor cursor,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<ScanCoordinator.Command> coordinator,
            Clock clock) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                new ShardScan(context, timers, resources, leaving, shard, cursor, batcher, coordinator, clock)));
    }

    private ShardScan(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ScanResources resources,
            StorageNodeId leaving,
            int shard,
            RecordScan.ShardCursor cursor,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<ScanCoordinator.Command> coordinator,
            Clock clock) {
        super(context);
        this.clock = clock;
        this.timers = timers;
        this.permits = resources.permits();
        this.liveRows = resources.liveRows(leaving);
        this.shard = shard;
        this.cursor = cursor;
        this.batcher = batcher;
        this.coordinator = coordinator;
        batcher.tell(new AssignmentBatcher.ScanReady(shard, context.getSelf()));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ChunkRead.class, this::onChunkRead)
                .onMessage(PieceRead.class, this::onPieceRead)
                .onMessage(ChunkWanted.class, this::onChunkWanted)
                .onMessage(ReadFailed.class, this::onReadFailed)
                .onMessage(Retry.class, retry -> onRetry())
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    /** Reads the next piece of an unchecked chunk, or else the next chunk. A retry after a failure repeats the same read. */
    private Behavior<Command> readNext() {
        if (liveRows.isPresent() && unchecked.isPresent()) {
            List<RecordScan.Row> piece = unchecked.get().nextPiece();
            getContext()
                    .pipeToSelf(
                            permits.check(shard, cursor, () -> liveRows.get().of(shard, piece)),
                            (live, failure) -> failure == null ? new PieceRead(live) : new ReadFailed(failure));
            return this;
        }
        getContext()
                .pipeToSelf(
                        permits.next(shard, cursor),
                        (chunk, failure) -> failure == null ? new ChunkRead(chunk) : new ReadFailed(failure));
        return this;
    }

    private Behavior<Command> onChunkRead(ChunkRead read) {
        onReadSucceeded();
        last = read.chunk().last();
        if (liveRows.isEmpty() || read.chunk().rows().isEmpty()) {
            return report(read.chunk().end(), read.chunk().rows());
        }
        unchecked = Optional.of(new UncheckedChunk(read.chunk()));
        return readNext();
    }

    private Behavior<Command> onPieceRead(PieceRead read) {
        onReadSucceeded();
        UncheckedChunk chunk = unchecked.orElseThrow();
        chunk.replacePiece(read.live());
        if (!chunk.isComplete()) {
            return readNext();
        }
        unchecked = Optional.empty();
        return report(chunk.end(), chunk.liveRows());
    }

    private void onReadSucceeded() {
        failures = 0;
        if (delayedSince.isPresent()) {
            delayedSince = Optional.empty();
            coordinator.tell(new ScanCoordinator.ShardResumed(shard));
        }
    }

    private Behavior<Command> report(ScanPosition end, List<RecordScan.Row> rows) {
        batcher.tell(
                new AssignmentBatcher.ChunkFound(shard, end, rows, getContext().getSelf()));
        return this;
    }

    private Behavior<Command> onChunkWanted(ChunkWanted taken) {
        if (!taken.budgetExhausted() && !last) {
            return readNext();
        }
        batcher.tell(new AssignmentBatcher.ShardScanned(shard));
        return Behaviors.stopped();
    }

    private Behavior<Command> onReadFailed(ReadFailed failed) {
        Throwable cause = Failures.rootCause(failed.cause());
        if (!(cause instanceof TierUnavailable)) {
            coordinator.tell(new ScanCoordinator.ShardFailed(shard, OneLine.of(cause)));
            return Behaviors.stopped();
        }
        Duration delay = BACKOFF.delay(failures++);
        getContext()
                .getLog()
                .warn("shard={} is unavailable for the scan; retrying in {}: {}", shard, delay, cause.getMessage());
        Instant since = delayedSince.orElseGet(clock::instant);
        delayedSince = Optional.of(since);
        coordinator.tell(new ScanCoordinator.ShardDelayed(shard, since, OneLine.of(cause)));
        timers.startSingleTimer(Retry.INSTANCE, delay);
        return this;
    }

    /** A chunk that was read before the failure, and is being checked now, stays as old as it is. */
    private Behavior<Command> onRetry() {
        if (unchecked.isEmpty()) {
            batcher.tell(new AssignmentBatcher.ReadRepeated(shard));
        }
        return readNext();
    }

    private Behavior<Command> onPostStop() {
        cursor.close();
        return this;
    }
}
