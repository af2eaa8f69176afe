package io.rebalancer.agent.inventory;

import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.InventoryStatus.State;
import io.rebalancer.core.reconcile.RunToken;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The inventory of an agent for one run, from its beginning. Thread-safe. */
final class Listing {
    private final CoverageCounts counts = new CoverageCounts();
    private final Instant begunAt;
    private RunToken token;
    private String rootId;
    private State state = State.LISTING;
    private String detail = "";
    private Optional<InventoryFiles.Finished> finished = Optional.empty();
    private volatile long askedAtNanos;

    Listing(RunToken token, String rootId, Instant begunAt) {
        this.token = token;
        this.rootId = rootId;
        this.begunAt = begunAt;
    }

    /** An inventory that was finished before the agent started. */
    static Listing recovered(InventoryFiles.Finished finished) {
        StoredInventory stored = finished.stored();
        Listing listing = new Listing(stored.token(), stored.rootId(), stored.begunAt());
        listing.finish(finished);
        return listing;
    }

    CoverageCounts counts() {
        return counts;
    }

    Instant begunAt() {
        return begunAt;
    }

    synchronized RunToken token() {
        return token;
    }

    /** A later incarnation of the run asks for it. */
    synchronized void takeOver(RunToken later) {
        token = later;
    }

    synchronized boolean isOf(UUID runId) {
        return token.runId().equals(runId);
    }

    synchronized boolean isUsable() {
        return state == State.LISTING || state == State.READY;
    }

    synchronized boolean isListing() {
        return state == State.LISTING;
    }

    synchronized void finish(InventoryFiles.Finished result) {
        finished = Optional.of(result);
        rootId = result.stored().rootId();
        state = State.READY;
    }

    synchronized void end(State failure, String why) {
        state = failure;
        detail = why;
    }

    /** A manager has asked for it now. */
    void markAsked(long nowNanos) {
        askedAtNanos = nowNanos;
    }

    /** When a manager has asked for it last, by {@link System#nanoTime}. */
    long askedAtNanos() {
        return askedAtNanos;
    }

    /** The records, if all are listed. */
    synchronized Optional<InventoryFiles.Finished> finished() {
        return state == State.READY ? finished : Optional.empty();
    }

    /** The files to delete. */
    synchronized Optional<InventoryFiles.Finished> files() {
        return finished;
    }

    synchronized InventoryStatus status(Instant now) {
        Coverage coverage = finished.map(each -> each.stored().coverage()).orElseGet(counts::coverage);
        return new InventoryStatus(token.runId(), state, rootId, begunAt, now, coverage, detail);
    }
}
