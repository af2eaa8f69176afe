package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.core.port.TierUnavailable;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Scans one shard. It reads the next chunk when the batcher has taken the last one, so at most one chunk is in memory. Each
 * read waits for a permit, which the scans of all jobs share ({@link ScanPermits}).
 * While the shard is unavailable the read is retried with a growing backoff, and the other shards continue. Any other
 * failure ends the scan with a reason: a scan that skipped rows would report a node as empty that is not.
 */
final class ShardScan extends AbstractBehavior<ShardScan.Command> {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10));

    sealed interface Command {}

    /**
     * The batcher took the last chunk and is ready for the next one.
     *
     * @param budgetExhausted whether the pass takes no more records, so the scan may end
     */
    record ChunkTaken(boolean budgetExhausted) implements Command {}

    private record ChunkRead(RecordScan.Chunk chunk) implements Command {}

    private record ReadFailed(Throwable cause) implements Command {}

    private enum Retry implements Command {
        INSTANCE
    }

    private final ScanPermits permits;
    private final int shard;
    private final RecordScan.ShardCursor cursor;
    private final ActorRef<AssignmentBatcher.Command> batcher;
    private final ActorRef<ScanCoordinator.Command> coordinator;
    private final TimerScheduler<Command> timers;
    private boolean last;
    private int failures;

    /** @param cursor closed when the scan stops */
    static Behavior<Command> create(
            ScanResources resources,
            int shard,
            RecordScan.ShardCursor cursor,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<ScanCoordinator.Command> coordinator) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new ShardScan(context, timers, resources, shard, cursor, batcher, coordinator)));
    }

    private ShardScan(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ScanResources resources,
            int shard,
            RecordScan.ShardCursor cursor,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<ScanCoordinator.Command> coordinator) {
        super(context);
        this.timers = timers;
        this.permits = resources.permits();
        this.shard = shard;
        this.cursor = cursor;
        this.batcher = batcher;
        this.coordinator = coordinator;
        readNext();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ChunkRead.class, this::onChunkRead)
                .onMessage(ChunkTaken.class, this::onChunkTaken)
                .onMessage(ReadFailed.class, this::onReadFailed)
                .onMessage(Retry.class, retry -> readNext())
                .onSignal(PostStop.class, signal -> onPostStop())
                .build();
    }

    private Behavior<Command> readNext() {
        getContext()
                .pipeToSelf(
                        permits.read(shard, cursor::next),
                        (chunk, failure) -> failure == null ? new ChunkRead(chunk) : new ReadFailed(failure));
        return this;
    }

    private Behavior<Command> onChunkRead(ChunkRead read) {
        failures = 0;
        last = read.chunk().last();
        batcher.tell(new AssignmentBatcher.ChunkFound(
                shard, read.chunk().end(), read.chunk().rows(), getContext().getSelf()));
        return this;
    }

    private Behavior<Command> onChunkTaken(ChunkTaken taken) {
        if (!taken.budgetExhausted() && !last) {
            return readNext();
        }
        batcher.tell(new AssignmentBatcher.ShardScanned(shard));
        return Behaviors.stopped();
    }

    private Behavior<Command> onReadFailed(ReadFailed failed) {
        Throwable cause = Failures.rootCause(failed.cause());
        if (!(cause instanceof TierUnavailable)) {
            coordinator.tell(new ScanCoordinator.ShardFailed(shard, String.valueOf(cause.getMessage())));
            return Behaviors.stopped();
        }
        Duration delay = BACKOFF.delay(failures++);
        getContext()
                .getLog()
                .warn("shard={} is unavailable for the scan; retrying in {}: {}", shard, delay, cause.getMessage());
        timers.startSingleTimer(Retry.INSTANCE, delay);
        return this;
    }

    private Behavior<Command> onPostStop() {
        cursor.close();
        return this;
    }
}
