package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A copy order on its way through the engine. Its stage and its cancellation change with the engine's lock held. The rest
 * belongs to the thread that works on the copy; while no thread does, to the engine.
 */
final class PendingCopy implements KeyQueues.Work {
    private final CopyOrder order;
    private final Outbox outbox;
    private final FetchProgress progress;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private Stage stage = Stage.WAITING;
    private Interruption interruption = new Interruption();
    private boolean started;
    private boolean cancelled;
    private boolean kept;
    private boolean checked;

    /** The stages of a copy. */
    enum Stage {
        /** Behind other work on the same object. */
        WAITING,
        /** In a queue, for a source or for the check of an existing file. */
        QUEUED,
        /** An existing file is read. */
        CHECKING,
        /** An attempt to fetch the object runs. */
        FETCHING,
        /** The content is complete and verified, but not durable. */
        VERIFIED,
        /** The file is forced and gets its name. */
        PUBLISHING,
        /** The outcome is in the outbox. */
        ENDED
    }

    /** Identifies a copy: an order that is repeated is the same copy. */
    record Id(UUID assignmentId, int taskIndex) {
        static Id of(CopyOrder order) {
            return new Id(order.assignmentId(), order.taskIndex());
        }
    }

    PendingCopy(CopyOrder order, Outbox outbox) {
        this.order = order;
        this.outbox = outbox;
        this.progress = new FetchProgress(order.sources());
    }

    @Override
    public ObjectKey key() {
        return order.key();
    }

    CopyOrder order() {
        return order;
    }

    Id id() {
        return Id.of(order);
    }

    Outbox outbox() {
        return outbox;
    }

    /** Whether a caller gave the order for an assignment. */
    boolean isOf(Outbox caller, UUID assignmentId) {
        return outbox == caller && order.assignmentId().equals(assignmentId);
    }

    Stage stage() {
        return stage;
    }

    void setStage(Stage next) {
        stage = next;
    }

    /** A thread starts to work on the copy; a new interruption can end that work. */
    void startWork(Stage next) {
        interruption = new Interruption();
        stage = next;
        if (next == Stage.FETCHING) {
            progress.startAttempt();
        }
    }

    /** Returns whether this is the first work on the copy. */
    boolean markStarted() {
        boolean first = !started;
        started = true;
        return first;
    }

    boolean isStarted() {
        return started;
    }

    Interruption interruption() {
        return interruption;
    }

    /**
     * Interrupts the copy for good. Returns a stage that completes when nothing of it is in progress.
     *
     * @param keep whether the content that has arrived stays, so that a later order of the same object continues it
     */
    CompletableFuture<Void> cancel(boolean keep) {
        cancelled = true;
        kept = keep;
        interruption.request();
        return gone;
    }

    /** A stage that completes when nothing of the copy is in progress: it is cancelled, or its outcome is in the outbox. */
    CompletableFuture<Void> whenGone() {
        return gone;
    }

    void markGone() {
        gone.complete(null);
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Whether the content that has arrived of a cancelled copy stays. */
    boolean isKept() {
        return kept;
    }

    /** Whether a file that has the object's name was read, and is not a copy. */
    boolean isChecked() {
        return checked;
    }

    void markChecked() {
        checked = true;
    }

    /** What the attempts so far have led to. */
    FetchProgress progress() {
        return progress;
    }
}
