package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.ObjectTree;
import io.rebalancer.agent.store.RunFence;
import io.rebalancer.agent.store.TouchedKeys.Touched;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.InventoryStatus.State;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.sort.RecordSorter;
import io.rebalancer.persistence.sort.SortedFile;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Timer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one inventory of an agent. A thread lists the files below the object root and sorts them; the result is a file in the
 * data directory, which survives a restart. A run with a higher token replaces the inventory of the run before. A listing that no
 * manager asks for any more is cancelled: its run has ended, and nothing would use it.
 *
 * <p>Blocking, but for {@link #status}. Thread-safe.
 */
public final class AgentInventory implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AgentInventory.class);
    private static final long MAX_CLOSE_SECONDS = 5;
    /** A manager asks every second. One that takes a run over asks when it has read the records again. */
    static final Duration MAX_IDLE = Duration.ofMinutes(5);

    private final ObjectStore store;
    private final NodeSentinel sentinel;
    private final RunFence fence;
    private final InventoryFiles files;
    private final InventorySettings settings;
    private final LongSupplier nanoTime;
    private final Clock clock = Clock.systemUTC();
    private final ExecutorService walkThread = Executors.newSingleThreadExecutor(WorkQueue.named("inventory-walk"));
    private final Timer listingTime =
            Kamon.timer("rebalancer.inventory.listing-time").withoutTags();
    private final Counter listedFiles =
            Kamon.counter("rebalancer.inventory.listed-files").withoutTags();
    private @Nullable Listing current;
    private @Nullable Future<?> walk;

    /** The root is not the right one. */
    private static final class WrongRoot extends IOException {
        private static final long serialVersionUID = 1L;

        WrongRoot(String problem) {
            super(problem);
        }
    }

    private AgentInventory(
            ObjectStore store,
            NodeSentinel sentinel,
            RunFence fence,
            InventoryFiles files,
            InventorySettings settings,
            LongSupplier nanoTime) {
        this.store = store;
        this.sentinel = sentinel;
        this.fence = fence;
        this.files = files;
        this.settings = settings;
        this.nanoTime = nanoTime;
    }

    /**
     * Opens the inventory, with what the process before has finished.
     *
     * @param fence shared with all that takes commands of runs
     * @param files the directory for inventories
     * @param nanoTime as {@link System#nanoTime}
     * @throws IOException if the directory is not usable
     */
    static AgentInventory open(
            ObjectStore store,
            NodeSentinel sentinel,
            RunFence fence,
            InventoryFiles files,
            InventorySettings settings,
            LongSupplier nanoTime)
            throws IOException {
        AgentInventory inventory = new AgentInventory(store, sentinel, fence, files, settings, nanoTime);
        files.recover().ifPresent(finished -> {
            inventory.current = Listing.recovered(finished);
            LOGGER.info(
                    "run={} its inventory is ready: files={}",
                    finished.stored().token().runId(),
                    finished.stored().records());
        });
        return inventory;
    }

    /**
     * Begins the inventory for a run, unless it has begun. One that failed begins again.
     *
     * @throws FencedCommand if a run with a higher token has given a command
     */
    InventoryStatus begin(RunToken token) throws FencedCommand, IOException {
        NodeSentinel.Check check = sentinel.check();
        if (check.problem().isEmpty()) {
            Optional<RunToken> known = fence.admit(token);
            if (known.isPresent()) {
                throw new FencedCommand(known.get());
            }
        }
        synchronized (this) {
            if (current != null && current.token().compareTo(token) > 0) {
                throw new FencedCommand(current.token());
            }
            if (current != null && current.isOf(token.runId()) && current.isUsable()) {
                current.takeOver(token);
                current.markAsked(nanoTime.getAsLong());
                return current.status(clock.instant());
            }
            discardCurrent();
            Listing begun = new Listing(token, check.rootId(), clock.instant());
            begun.markAsked(nanoTime.getAsLong());
            current = begun;
            if (check.problem().isPresent()) {
                begun.end(State.WRONG_ROOT, check.problem().get());
                LOGGER.error(
                        "run={} gets no inventory: {}",
                        token.runId(),
                        check.problem().get());
            } else {
                LOGGER.info("run={} its inventory begins", token.runId());
                walk = walkThread.submit(() -> list(begun));
            }
            return begun.status(clock.instant());
        }
    }

    private void discardCurrent() throws IOException {
        if (walk != null) {
            walk.cancel(true);
            walk = null;
        }
        if (current != null) {
            Optional<InventoryFiles.Finished> finished = current.files();
            current = null;
            if (finished.isPresent()) {
                files.delete(finished.get());
            }
        }
    }

    private void list(Listing listing) {
        UUID runId = listing.token().runId();
        Instant begun = clock.instant();
        try {
            InventoryFiles.Finished finished = listFiles(listing);
            if (publish(listing, finished)) {
                Duration taken = Duration.between(begun, clock.instant());
                listingTime.record(taken.toNanos());
                Coverage coverage = finished.stored().coverage();
                LOGGER.info(
                        "run={} its inventory is ready: files={} bytes={} unmanaged={} unlisted-ranges={} faults={} seconds={}",
                        runId,
                        coverage.files(),
                        coverage.bytes(),
                        coverage.unmanaged(),
                        coverage.unlisted().size(),
                        coverage.faults(),
                        taken.toSeconds());
            }
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            String why = isAbandoned(listing)
                    ? "the listing was cancelled, because no manager asked for it for " + MAX_IDLE.toMinutes() + " min"
                    : "the listing was cancelled";
            LOGGER.info("run={} its inventory ended: {}", runId, why);
            listing.end(State.FAILED, why);
        } catch (WrongRoot e) {
            LOGGER.error("run={} its inventory is discarded: {}", runId, e.getMessage());
            listing.end(State.WRONG_ROOT, OneLine.of(e));
        } catch (IOException | RuntimeException e) {
            LOGGER.error("run={} its inventory failed", runId, e);
            listing.end(
                    State.FAILED,
                    "the files of the storage node could not be listed (" + OneLine.of(e)
                            + "); look at the agent's log, its disks and its data directory, and begin a new run");
        }
    }

    private boolean isAbandoned(Listing listing) {
        return nanoTime.getAsLong() - listing.askedAtNanos() > MAX_IDLE.toNanos();
    }

    /** The root is checked before the first and after the last file, because its disk may be unmounted in between. */
    private InventoryFiles.Finished listFiles(Listing listing) throws IOException {
        store.touchedKeys().start();
        Touched touched = Touched.NONE;
        try (ObjectTree root = store.openTree();
                RecordSorter sorter = files.newSorter(settings.sortMemoryBytes())) {
            String rootId = requireRightRoot(root);
            new InventoryWalk(
                            sorter,
                            listing.counts(),
                            new Pacer(settings.filesPerSecond(), () -> isAbandoned(listing)),
                            listedFiles)
                    .run(root);
            if (!requireRightRoot(root).equals(rootId)) {
                throw new WrongRoot("the object root was replaced while its files were listed");
            }
            touched = store.touchedKeys().stop();
            SortedFile records =
                    sorter.finish(files.newSortedFile(listing.token().runId().toString()));
            StoredInventory stored = new StoredInventory(
                    listing.token(),
                    rootId,
                    listing.begunAt(),
                    listing.counts().coverage(),
                    touched,
                    records.count(),
                    records.checksum());
            return new InventoryFiles.Finished(stored, records);
        } catch (InterruptedIOException | ClosedByInterruptException | WrongRoot e) {
            throw e;
        } catch (IOException e) {
            // A disk that is gone fails in many ways.
            Optional<String> problem = sentinel.check().problem();
            throw problem.isPresent() ? new WrongRoot(problem.get()) : e;
        } finally {
            store.touchedKeys().stop();
        }
    }

    private String requireRightRoot(ObjectTree root) throws IOException {
        NodeSentinel.Check check = sentinel.check();
        if (check.problem().isPresent()) {
            throw new WrongRoot(check.problem().get());
        }
        if (!root.isInPlace()) {
            throw new WrongRoot("another disk was mounted at the object root while its files were listed");
        }
        return check.rootId();
    }

    /** Returns whether the inventory is still wanted. */
    private synchronized boolean publish(Listing listing, InventoryFiles.Finished finished) throws IOException {
        if (current != listing) {
            finished.records().delete();
            return false;
        }
        InventoryFiles.Finished latest =
                new InventoryFiles.Finished(finished.stored().with(listing.token()), finished.records());
        files.save(latest.stored());
        listing.finish(latest);
        return true;
    }

    /** How far the inventory for the run is. */
    synchronized InventoryStatus status(UUID runId) {
        Instant now = clock.instant();
        if (current == null || !current.isOf(runId)) {
            return new InventoryStatus(runId, State.NONE, "", now, now, Coverage.NONE, "");
        }
        current.markAsked(nanoTime.getAsLong());
        return current.status(now);
    }

    /** Whether files are listed for the run. Unlike {@link #status}, this is no question of a manager. */
    synchronized boolean isListing(UUID runId) {
        return current != null && current.isOf(runId) && current.isListing();
    }

    /** Deletes the inventory for the run, if there is one. */
    synchronized void drop(UUID runId) throws IOException {
        if (current != null && current.isOf(runId)) {
            discardCurrent();
            LOGGER.info("run={} its inventory was dropped", runId);
        }
    }

    /**
     * The records of the run.
     *
     * @throws InventoryNotReady if not all files are listed
     */
    InventoryFiles.Finished records(UUID runId) throws InventoryNotReady {
        InventoryStatus status;
        synchronized (this) {
            Optional<InventoryFiles.Finished> finished =
                    current != null && current.isOf(runId) ? current.finished() : Optional.empty();
            if (finished.isPresent()) {
                return finished.get();
            }
            status = status(runId);
        }
        throw new InventoryNotReady("the inventory for the run " + runId + " is " + status.state()
                + (status.detail().isEmpty() ? "" : ": " + status.detail()));
    }

    /** The records can't be read: the run has to begin its inventory again. */
    synchronized void reportDamage(UUID runId, IOException damage) {
        if (current != null && current.isOf(runId) && current.finished().isPresent()) {
            LOGGER.error("run={} the file of its inventory can't be read", runId, damage);
            current.end(State.FAILED, "the file of the inventory can't be read: " + OneLine.of(damage));
        }
    }

    /** Ends a listing in progress. */
    @Override
    public void close() {
        walkThread.shutdownNow();
        try {
            if (!walkThread.awaitTermination(MAX_CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOGGER.warn("the inventory did not end within {} s", MAX_CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (current != null && current.finished().isEmpty() && current.isUsable()) {
                current.end(State.FAILED, "the agent ended before all files were listed");
            }
        }
    }
}
