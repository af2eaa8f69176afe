package io.rebalancer.manager.evacuate;

import io.rebalancer.core.evacuate.IdColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.TierUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Walks one shard by ranges of row ids, first {@code _id}, then {@code _idx} (manta.md 6.4). It reads the next range
 * when the batcher has taken the last one, so at most one is in memory. A shard that can't answer is asked again, ever
 * more slowly, while the other shards go on; any other failure ends the scan with a reason, since a scan that skips a
 * range would call a node empty that is not.
 */
final class ShardScan extends AbstractBehavior<ShardScan.Command> {
    private static final Duration MIN_PAUSE = Duration.ofMillis(200);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(15);

    sealed interface Command {}

    /**
     * The batcher took a chunk; go on.
     *
     * @param enough whether the job takes no more records
     */
    record ChunkTaken(boolean enough) implements Command {}

    private record HighestKnown(long id) implements Command {}

    private record RangeRead(ScanPosition end, List<MetadataTier.Row> rows) implements Command {}

    private record Failed(Throwable cause) implements Command {}

    private enum Retry implements Command {
        INSTANCE
    }

    private final MetadataTier tier;
    private final int shard;
    private final int chunk;
    private final ActorRef<AssignmentBatcher.Command> batcher;
    private final ActorRef<Discovery.Command> discovery;
    private final TimerScheduler<Command> timers;
    private ScanPosition position;
    private long highest = -1;
    private int failures;

    static Behavior<Command> create(
            MetadataTier tier,
            int shard,
            int chunk,
            ScanPosition from,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<Discovery.Command> discovery) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new ShardScan(context, timers, tier, shard, chunk, from, batcher, discovery)));
    }

    private ShardScan(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            MetadataTier tier,
            int shard,
            int chunk,
            ScanPosition from,
            ActorRef<AssignmentBatcher.Command> batcher,
            ActorRef<Discovery.Command> discovery) {
        super(context);
        this.timers = timers;
        this.tier = tier;
        this.shard = shard;
        this.chunk = chunk;
        this.position = from;
        this.batcher = batcher;
        this.discovery = discovery;
        readNext();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(HighestKnown.class, this::onHighestKnown)
                .onMessage(RangeRead.class, this::onRangeRead)
                .onMessage(ChunkTaken.class, this::onChunkTaken)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Retry.class, retry -> readNext())
                .build();
    }

    private Behavior<Command> readNext() {
        if (highest < 0) {
            ask(tier.highestId(shard, position.column()), HighestKnown::new);
            return this;
        }
        if (position.nextId() <= highest) {
            long last = Math.min(highest, position.nextId() + chunk - 1);
            ScanPosition end = new ScanPosition(position.column(), last + 1);
            ask(tier.readRange(shard, position.column(), position.nextId(), last), rows -> new RangeRead(end, rows));
            return this;
        }
        if (position.column() == IdColumn.ID) {
            position = new ScanPosition(IdColumn.IDX, 0);
            highest = -1;
            return readNext();
        }
        return finish();
    }

    private <T> void ask(CompletionStage<T> answer, Function<T, Command> onAnswer) {
        getContext()
                .pipeToSelf(answer, (value, failure) -> failure == null ? onAnswer.apply(value) : new Failed(failure));
    }

    private Behavior<Command> onHighestKnown(HighestKnown known) {
        failures = 0;
        highest = known.id();
        return readNext();
    }

    private Behavior<Command> onRangeRead(RangeRead read) {
        failures = 0;
        position = read.end();
        batcher.tell(new AssignmentBatcher.ChunkFound(
                shard, read.end(), read.rows(), getContext().getSelf()));
        return this;
    }

    private Behavior<Command> onChunkTaken(ChunkTaken taken) {
        return taken.enough() ? finish() : readNext();
    }

    private Behavior<Command> finish() {
        batcher.tell(new AssignmentBatcher.ShardScanned(shard));
        return Behaviors.stopped();
    }

    private Behavior<Command> onFailed(Failed failed) {
        Throwable cause = Backoff.unwrap(failed.cause());
        if (!(cause instanceof TierUnavailable)) {
            discovery.tell(new Discovery.ShardFailed(shard, String.valueOf(cause.getMessage())));
            return Behaviors.stopped();
        }
        Duration pause = MIN_PAUSE.multipliedBy(1L << Math.min(failures++, 10));
        Duration bounded = pause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause;
        getContext()
                .getLog()
                .warn("shard={} can't be scanned now, again in {}: {}", shard, bounded, cause.getMessage());
        timers.startSingleTimer(Retry.INSTANCE, bounded);
        return this;
    }
}
