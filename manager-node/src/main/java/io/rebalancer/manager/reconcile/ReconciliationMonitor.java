package io.rebalancer.manager.reconcile;

import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.port.ReconciliationFindings;
import io.rebalancer.core.port.ReconciliationFindings.RunLine;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.text.OneLine;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Reports the runs of the whole fleet as metrics. A cluster singleton, so only one manager reports them. It keeps nothing: it
 * reads the list of runs again and again, so the metrics are right after a restart of all managers, and nothing depends on
 * the message of a run that ends.
 */
public final class ReconciliationMonitor extends AbstractBehavior<ReconciliationMonitor.Message> {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /** What the monitor sends to itself. */
    public sealed interface Message {}

    private enum Read implements Message {
        INSTANCE
    }

    private record RunsRead(RunHistory runs) implements Message {}

    private record LastRunFound(UUID runId, Optional<RunState> state) implements Message {}

    private record Failed(String why) implements Message {}

    /**
     * What the monitor reads.
     *
     * @param isEnabled whether runs can be ordered now
     * @param fleet the number of storage nodes
     * @param findings the list of runs
     * @param state the state of a run; empty if it does not exist
     */
    public record Sources(
            BooleanSupplier isEnabled,
            Supplier<CompletionStage<Integer>> fleet,
            ReconciliationFindings findings,
            Function<UUID, CompletionStage<Optional<RunState>>> state) {}

    private final Sources sources;
    private final Duration interval;
    private final TimerScheduler<Message> timers;
    private final FleetRunGauges gauges = new FleetRunGauges();
    private Optional<UUID> shown = Optional.empty();

    /** Registers the series that every manager has. */
    public static void register() {
        ReconcileMetrics.register();
        new FleetRunGauges().reset();
    }

    /** A monitor that reads the list of runs every minute. */
    public static Behavior<Message> create(Sources sources) {
        return create(sources, INTERVAL);
    }

    /** @param interval from the end of one reading to the begin of the next one */
    static Behavior<Message> create(Sources sources, Duration interval) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            context.getSelf().tell(Read.INSTANCE);
            return new ReconciliationMonitor(context, timers, sources, interval);
        }));
    }

    private ReconciliationMonitor(
            ActorContext<Message> context, TimerScheduler<Message> timers, Sources sources, Duration interval) {
        super(context);
        this.timers = timers;
        this.sources = sources;
        this.interval = interval;
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Read.class, read -> onRead())
                .onMessage(RunsRead.class, this::onRunsRead)
                .onMessage(LastRunFound.class, this::onLastRunFound)
                .onMessage(Failed.class, this::onFailed)
                .onSignal(PostStop.class, stopped -> onPostStop())
                .build();
    }

    private Behavior<Message> onRead() {
        gauges.showEnabled(sources.isEnabled().getAsBoolean());
        CompletionStage<RunHistory> runs = sources.fleet()
                .get()
                .thenCombine(
                        sources.findings().runs(ListOrder.NEWEST, Optional.empty(), JobHistory.MAX_PAGE),
                        (fleet, page) -> RunHistory.of(page.items(), fleet));
        getContext().pipeToSelf(runs, (read, failure) -> failure == null ? new RunsRead(read) : failed(failure));
        return this;
    }

    private static Failed failed(Throwable failure) {
        return new Failed(OneLine.of(failure));
    }

    private Behavior<Message> onRunsRead(RunsRead read) {
        gauges.showLastComplete(read.runs().lastComplete());
        Optional<UUID> last = read.runs().last().map(RunLine::id);
        if (last.isEmpty() || last.equals(shown)) {
            return readLater();
        }
        getContext()
                .pipeToSelf(
                        sources.state().apply(last.get()),
                        (state, failure) -> failure == null ? new LastRunFound(last.get(), state) : failed(failure));
        return this;
    }

    private Behavior<Message> onLastRunFound(LastRunFound found) {
        found.state().ifPresent(gauges::showLast);
        shown = Optional.of(found.runId());
        return readLater();
    }

    private Behavior<Message> onFailed(Failed failed) {
        getContext()
                .getLog()
                .warn(
                        "can't read the runs of reconciliation for metrics; trying again in {}: {}",
                        interval,
                        failed.why());
        return readLater();
    }

    private Behavior<Message> readLater() {
        timers.startSingleTimer(Read.INSTANCE, interval);
        return this;
    }

    /** The manager that hosts the singleton next reports the gauges. */
    private Behavior<Message> onPostStop() {
        gauges.reset();
        return this;
    }
}
