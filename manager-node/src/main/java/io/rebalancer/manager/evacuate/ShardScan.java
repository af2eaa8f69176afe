package io.rebalancer.manager.evacuate;

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
 * Walks one shard. It asks for the next chunk when the batcher has taken the last one, so at most one is in memory. A
 * shard that can't answer is asked again, ever more slowly, while the other shards go on; any other failure ends the
 * scan with a reason, since a scan that skips something would call a node empty that is not.
 */
final class ShardScan extends AbstractBehavior<ShardScan.Command> {
    sealed interface Command {}

    /**
     * The batcher took a chunk; go on.
     *
     * @param enough whether the job takes no more records
     */
    record ChunkTaken(boolean enough) implements Command {}

    private record ChunkRead(RecordScan.Chunk chunk) implements Command {}

    private record Failed(Throwable cause) implements Command {}

    private enum Retry implements Command {
        INSTANCE
    }

    private final int shard;
    private final RecordScan.ShardCursor cursor;
    private final ActorRef<AssignmentBatcher.Command> batcher;
    private final ActorRef<Discovery.Command> discovery;
    private final TimerScheduler<Command> timers;
    private boolean last;
    private int failures;

    /** @param cursor closed when the scan stops */
    static Behavior<Command> create(
            int shard,
            RecordScan.ShardCursor cursor,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<Discovery.Command> discovery) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new ShardScan(context, timers, shard, cursor, batcher, discovery)));
    }

    private ShardScan(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            int shard,
            RecordScan.ShardCursor cursor,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<Discovery.Command> discovery) {
        super(context);
        this.timers = timers;
        this.shard = shard;
        this.cursor = cursor;
        this.batcher = batcher;
        this.discovery = discovery;
        readNext();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(ChunkRead.class, this::onChunkRead)
                .onMessage(ChunkTaken.class, this::onChunkTaken)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Retry.class, retry -> readNext())
                .onSignal(PostStop.class, signal -> onStopped())
                .build();
    }

    private Behavior<Command> readNext() {
        getContext()
                .pipeToSelf(
                        cursor.next(),
                        (chunk, failure) -> failure == null ? new ChunkRead(chunk) : new Failed(failure));
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
        if (!taken.enough() && !last) {
            return readNext();
        }
        batcher.tell(new AssignmentBatcher.ShardScanned(shard));
        return Behaviors.stopped();
    }

    private Behavior<Command> onFailed(Failed failed) {
        Throwable cause = Backoff.unwrap(failed.cause());
        if (!(cause instanceof TierUnavailable)) {
            discovery.tell(new Discovery.ShardFailed(shard, String.valueOf(cause.getMessage())));
            return Behaviors.stopped();
        }
        Duration pause = Backoff.pause(failures++);
        getContext().getLog().warn("shard={} can't be scanned now, again in {}: {}", shard, pause, cause.getMessage());
        timers.startSingleTimer(Retry.INSTANCE, pause);
        return this;
    }

    private Behavior<Command> onStopped() {
        cursor.close();
        return this;
    }
}
