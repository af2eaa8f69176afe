package io.rebalancer.agent.copy;

import io.rebalancer.agent.copy.WorkInProgress.Kind;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.port.AgentControl;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the copies of an agent (manta.md 9.4). One per process, for the orders of all callers; it outlives the actors that
 * give the orders.
 *
 * <pre>
 * order ─► one at a time per object ─► queue of its source ─► fetch, digest, write, verify ─► group ─► outcome, kept
 *                                            │      ▲                                         │        until stored
 *                                   a file has      │                        force all, rename all,
 *                                   the name ─► check it                     force each directory
 * </pre>
 *
 * The work is done by threads that may block: at most {@link CopyLimiter#effectiveFetches} fetches, {@value #MAX_CHECKS}
 * checks of existing files, {@value #MAX_FLUSHES} flush of small and {@value #MAX_LARGE_FLUSHES} of large objects, and
 * {@value #MAX_REMOVALS} removals at a time, so that none of
 * them waits for a thread of another. Orders wait in memory: the callers bound them. Memory use does not grow with the size
 * of an object.
 *
 * <p>Nothing starts before {@link #start}. The gate applies to all work that changes the disk, and {@link #whenQuiet}
 * completes when that work has ended.
 */
public final class CopyEngine implements AutoCloseable {
    static final int MAX_CHECKS = 2;
    /** The files of a group are forced at the same time. A second group would make both smaller, and force more directories. */
    static final int MAX_FLUSHES = 1;

    static final int MAX_LARGE_FLUSHES = 3;
    static final int MAX_REMOVALS = 2;

    /** While more verified copies wait for a flush, no fetch starts. */
    private static final int MAX_UNPUBLISHED = 512;

    private static final long TICK_MILLIS = 50;
    private static final long MAX_CLOSE_SECONDS = 10;
    private static final Logger LOGGER = LoggerFactory.getLogger(CopyEngine.class);

    private final ObjectStore store;
    private final CopyLimiter limiter;
    private final Sources sources;
    private final SourceClient client;
    private final Fetcher fetcher;
    private final Publisher publisher;
    private final ScheduledExecutorService ticker =
            Executors.newSingleThreadScheduledExecutor(EngineThreads.named("copy-ticker"));

    // The rest is used with this engine's lock held.
    private final CopySchedule schedule;
    private final WorkInProgress work = new WorkInProgress();
    private final EngineThreads threads = new EngineThreads(this, work, this::addAllowed);
    private CopyGate gate = CopyGate.STOPPED;
    private boolean started;

    /** @param client used by the engine alone, which closes it */
    CopyEngine(ObjectStore store, CopyLimiter limiter, Sources sources, SourceClient client, CopyMetrics metrics) {
        this.store = store;
        this.limiter = limiter;
        this.sources = sources;
        this.client = client;
        this.fetcher = new Fetcher(store, sources, client);
        this.publisher = new Publisher(store, limiter);
        this.schedule = new CopySchedule(sources, metrics);
    }

    /** An engine for the object store of an agent. It works after {@link #start}. */
    public static CopyEngine create(AgentSettings settings, ObjectStore store, CopyMetrics metrics) {
        CopyLimiter limiter = new CopyLimiter(settings.limits(), settings.adaptive());
        return new CopyEngine(
                store,
                limiter,
                new Sources(new SourceTopology(settings.sources()), limiter),
                new SourceClient(settings.sources(), limiter),
                metrics);
    }

    /** Starts to work, with the limits and the gate that an operator has set before, or with those of the settings. */
    public void start(CopyLimits limits, CopyGate stored) {
        setLimits(limits);
        synchronized (this) {
            if (started) {
                return;
            }
            started = true;
            setGate(stored);
        }
        var unused = ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Delivers what waits in the outboxes, and starts the copies whose sources have left their backoff. */
    private synchronized void tick() {
        schedule.deliverOutcomes();
        startAllowed();
    }

    /** Adds a caller. */
    public synchronized CopyClient newClient() {
        return new CopyClient(this, schedule.newOutbox());
    }

    /** Replaces the limits. They apply to new copies, and to further bytes of copies in progress. */
    public void setLimits(CopyLimits limits) {
        limiter.setLimits(limits);
        sources.setLimits(limits);
        synchronized (this) {
            startAllowed();
        }
    }

    /** Changes the gate. {@link #whenQuiet} completes when the work that it forbids has ended. */
    public synchronized void setGate(CopyGate next) {
        gate = next;
        if (next == CopyGate.STOPPED) {
            schedule.interruptAll();
            wakeThreads();
        }
        startAllowed();
    }

    /**
     * Completes when nothing that the gate forbids is in progress, and at once if the gate is open. With {@link
     * CopyGate#STOPPED}, nothing is then written until the gate changes.
     */
    public synchronized CompletionStage<Void> whenQuiet() {
        CompletionStage<Void> quiet = work.whenQuiet();
        startAllowed();
        return quiet;
    }

    /** Lets the threads that wait for a byte rate see that their copies are interrupted. */
    private void wakeThreads() {
        limiter.throttle().wake();
        sources.wake();
    }

    synchronized CopyGate gate() {
        return gate;
    }

    synchronized void deliver(Outbox outbox, Consumer<List<CopyOutcome>> listener) {
        outbox.deliverTo(listener);
    }

    synchronized void submit(Outbox outbox, CopyOrder order) {
        schedule.submit(outbox, order);
        startAllowed();
    }

    synchronized void markStored(Outbox outbox, List<CopyOutcome> outcomes) {
        schedule.markStored(outbox, outcomes);
    }

    synchronized CompletionStage<Void> remove(List<Removal> unwanted) {
        CompletionStage<Void> removed = all(schedule.remove(unwanted));
        startAllowed();
        return removed;
    }

    synchronized CompletionStage<Void> cancel(Outbox outbox, UUID assignmentId) {
        CompletionStage<Void> gone = all(schedule.cancel(outbox, assignmentId));
        wakeThreads();
        startAllowed();
        return gone;
    }

    synchronized CompletionStage<Void> suspend(Outbox outbox, UUID assignmentId) {
        CompletionStage<Void> quiet = all(schedule.suspend(outbox, assignmentId, gate != CopyGate.STOPPED));
        wakeThreads();
        startAllowed();
        return quiet;
    }

    private static CompletionStage<Void> all(List<CompletableFuture<Void>> stages) {
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
    }

    /** Starts all work that may start now. */
    private void startAllowed() {
        addAllowed();
        threads.startAll();
    }

    private void addAllowed() {
        if (gate == CopyGate.OPEN) {
            addChecks();
            addFetches();
        }
        if (gate != CopyGate.STOPPED) {
            addFlushes();
            addRemovals();
        }
        if (isQuiet()) {
            work.completeWaiting();
        }
    }

    private boolean isQuiet() {
        return switch (gate) {
            case OPEN -> true;
            case NO_NEW -> work.total() == 0 && schedule.isDrained();
            case STOPPED -> work.total() == 0;
        };
    }

    private void addChecks() {
        while (work.count(Kind.CHECK) < MAX_CHECKS) {
            Optional<PendingCopy> next = schedule.nextCheck();
            if (next.isEmpty()) {
                return;
            }
            threads.add(Kind.CHECK, () -> check(next.get()));
        }
    }

    private void addFetches() {
        while (work.count(Kind.FETCH) < limiter.effectiveFetches() && schedule.unpublished() < MAX_UNPUBLISHED) {
            Optional<PendingCopy> next = schedule.nextFetch();
            if (next.isEmpty()) {
                return;
            }
            threads.add(Kind.FETCH, () -> fetch(next.get()));
        }
    }

    private void addFlushes() {
        addFlushes(Kind.FLUSH, MAX_FLUSHES, schedule::nextGroup);
        addFlushes(Kind.LARGE_FLUSH, MAX_LARGE_FLUSHES, schedule::nextLarge);
    }

    private void addFlushes(Kind kind, int max, Supplier<List<PendingCopy>> next) {
        while (work.count(kind) < max) {
            List<PendingCopy> group = next.get();
            if (group.isEmpty()) {
                return;
            }
            threads.add(kind, () -> publish(group));
        }
    }

    private void addRemovals() {
        while (work.count(Kind.REMOVAL) < MAX_REMOVALS) {
            Optional<KeyQueues.Work> next = schedule.nextRemoval();
            if (next.isEmpty()) {
                return;
            }
            threads.add(Kind.REMOVAL, () -> remove(next.get()));
        }
    }

    private Runnable fetch(PendingCopy copy) {
        Fetcher.Attempt attempt = fetcher.attempt(copy);
        if (attempt.isComplete()) {
            limiter.recordFetch(attempt.isSourceUnhealthy());
        }
        return () -> schedule.endFetch(copy, attempt);
    }

    private Runnable check(PendingCopy copy) {
        CopyOrder order = copy.order();
        copy.interruption().interruptThread();
        Optional<CopyOutcome> outcome;
        try {
            outcome = store.findFor(order.assignmentId(), order.key(), order.sizeBytes(), order.md5())
                    .map(existing -> CopyOutcome.found(order, existing));
        } catch (IOException | RuntimeException e) {
            outcome = Optional.of(CopyOutcome.failed(order, CopyFailure.from(e)));
        }
        Optional<CopyOutcome> found = outcome;
        return () -> schedule.endCheck(copy, found, copy.interruption().clearThread());
    }

    private Runnable publish(List<PendingCopy> group) {
        Map<PendingCopy, CopyOutcome> outcomes = publisher.publish(group);
        return () -> schedule.endFlush(outcomes);
    }

    private Runnable remove(KeyQueues.Work work) {
        if (work instanceof Removal removal) {
            remove(removal);
        } else if (work instanceof PendingCopy cancelled) {
            if (cancelled.isKept()) {
                Fetcher.suspend(cancelled);
            } else {
                Fetcher.close(cancelled);
            }
        }
        return () -> schedule.endRemoval(work);
    }

    private void remove(Removal removal) {
        try {
            store.discard(removal.key(), removal.assignmentId());
            if (removal.part().isPresent()) {
                store.discardPart(removal.key(), removal.part().get());
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.warn(
                    "assignment={} object={} unwanted copy not removed, it stays as an orphan: {}",
                    removal.assignmentId(),
                    removal.key().objectId(),
                    e.toString());
        }
    }

    /** Whether a copy or a removal of the object waits or is in progress. */
    public synchronized boolean isInUse(ObjectKey key) {
        return schedule.isInUse(key);
    }

    /** Work of another caller that changes the disk. */
    @FunctionalInterface
    public interface DiskChange<T> {
        T run() throws IOException;
    }

    /**
     * Runs work in the caller's thread, unless the gate is {@link CopyGate#STOPPED}. It counts as work in progress, so {@link
     * #whenQuiet} waits for it.
     *
     * @return empty if the gate is STOPPED, and nothing was run
     * @throws IOException of the work
     */
    public <T> Optional<T> runUnlessStopped(DiskChange<T> change) throws IOException {
        synchronized (this) {
            if (gate == CopyGate.STOPPED) {
                return Optional.empty();
            }
            work.start(Kind.QUARANTINE);
        }
        try {
            return Optional.of(change.run());
        } finally {
            synchronized (this) {
                work.end(Kind.QUARANTINE);
                startAllowed();
            }
        }
    }

    /** The copies and limits as they are now. */
    public synchronized EngineStatus status() {
        return new EngineStatus(
                gate,
                limiter.limits(),
                limiter.effectiveFetches(),
                work.count(Kind.FETCH),
                schedule.waiting(),
                work.total(),
                sources.all().stream()
                        .map(node -> new AgentControl.Source(
                                node.id().text(),
                                node.running(),
                                schedule.waitingFor(node),
                                node.failures(),
                                node.isInBackoff()))
                        .sorted(Comparator.comparing(AgentControl.Source::storageId))
                        .toList());
    }

    /** Ends all work, and keeps what has arrived of large objects, so that the next start of the agent resumes them. */
    @Override
    public void close() {
        try {
            setGate(CopyGate.STOPPED);
            whenQuiet().toCompletableFuture().get(MAX_CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.warn("copies did not end within {} s: {}", MAX_CLOSE_SECONDS, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ticker.shutdownNow();
        threads.close();
        client.close();
        synchronized (this) {
            schedule.copies().forEach(Fetcher::suspend);
        }
    }
}
