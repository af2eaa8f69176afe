package io.rebalancer.manager.evacuate.verification;

import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordAudit;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Reads one shard completely, one range at a time; each read waits for a permit. While the shard is unavailable, the read is
 * retried with a growing backoff. Any other failure ends the verification, because rows must not be skipped.
 */
final class ShardVerification extends AbstractBehavior<ShardVerification.Command> {
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(200), Duration.ofSeconds(10));

    sealed interface Command {}

    private record WatermarkRead(RowWatermark watermark) implements Command {}

    private record RangeRead(RecordAudit.Range range) implements Command {}

    private record ReadFailed(Throwable cause) implements Command {}

    private enum Retry implements Command {
        INSTANCE
    }

    private final VerificationResources resources;
    private final int shard;
    private final RecordAudit.ShardReader reader;
    private final ActorRef<VerificationRun.Command> run;
    private final TimerScheduler<Command> timers;
    private final ShardSweep sweep;
    private Optional<Instant> waitingSince = Optional.empty();
    private int failures;

    static Behavior<Command> create(
            VerificationResources resources,
            int shard,
            StorageNodeId leaving,
            RowWatermark from,
            ActorRef<VerificationRun.Command> run) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new ShardVerification(context, timers, resources, shard, leaving, from, run)));
    }

    private ShardVerification(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            VerificationResources resources,
            int shard,
            StorageNodeId leaving,
            RowWatermark from,
            ActorRef<VerificationRun.Command> run) {
        super(context);
        this.timers = timers;
        this.resources = resources;
        this.shard = shard;
        this.run = run;
        this.reader = resources.audit().open(shard, leaving);
        this.sweep = new ShardSweep(
                shard, resources.audit().source(), from, resources.clock().instant());
        readNext();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(WatermarkRead.class, this::onWatermarkRead)
                .onMessage(RangeRead.class, this::onRangeRead)
                .onMessage(ReadFailed.class, this::onReadFailed)
                .onMessage(Retry.class, retry -> readNext())
                .build();
    }

    /** A retry after a failure repeats the same read. */
    private Behavior<Command> readNext() {
        if (sweep.next() instanceof ShardSweep.ReadRows rows) {
            read(
                    ScanPosition.at(rows.column(), rows.first()),
                    () -> reader.read(rows.column(), rows.first(), rows.last()),
                    RangeRead::new);
        } else {
            read(ScanPosition.START, reader::watermark, WatermarkRead::new);
        }
        return this;
    }

    private <T> void read(ScanPosition from, Supplier<CompletionStage<T>> call, Function<T, Command> result) {
        getContext()
                .pipeToSelf(
                        resources.permits().read(shard, from, call),
                        (value, failure) -> failure == null ? result.apply(value) : new ReadFailed(failure));
    }

    private Behavior<Command> onWatermarkRead(WatermarkRead read) {
        reportResumed();
        Optional<ShardEvidence> evidence =
                sweep.recordWatermark(read.watermark(), resources.clock().instant());
        if (evidence.isEmpty()) {
            return readNext();
        }
        run.tell(new VerificationRun.ShardVerified(sweep.progress(true), evidence.get()));
        return Behaviors.stopped();
    }

    private Behavior<Command> onRangeRead(RangeRead read) {
        reportResumed();
        sweep.recordRows(read.range());
        run.tell(new VerificationRun.ShardAdvanced(sweep.progress(false)));
        return readNext();
    }

    private void reportResumed() {
        failures = 0;
        if (waitingSince.isPresent()) {
            waitingSince = Optional.empty();
            run.tell(new VerificationRun.ShardStateChanged(new VerificationEvent.ShardResumed(shard)));
        }
    }

    private Behavior<Command> onReadFailed(ReadFailed failed) {
        Throwable cause = Failures.rootCause(failed.cause());
        String reason = OneLine.of(cause);
        if (!(cause instanceof TierUnavailable)) {
            run.tell(new VerificationRun.ShardFailed(shard, reason));
            return Behaviors.stopped();
        }
        Instant since = waitingSince.orElseGet(() -> resources.clock().instant());
        waitingSince = Optional.of(since);
        Duration delay = BACKOFF.delay(failures++);
        getContext()
                .getLog()
                .warn("shard={} is unavailable for the verification; retrying in {}: {}", shard, delay, reason);
        run.tell(new VerificationRun.ShardStateChanged(new VerificationEvent.ShardWaiting(shard, since, reason)));
        timers.startSingleTimer(Retry.INSTANCE, delay);
        return this;
    }
}
