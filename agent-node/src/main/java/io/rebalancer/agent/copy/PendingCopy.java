package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A copy order on its way through the engine. Its stage and its cancellation change with the engine's lock held. The rest
 * belongs to the thread that works on the copy; while no thread does, to the engine.
 */
final class PendingCopy implements KeyQueues.Work {
    private final CopyOrder order;
    private final Outbox outbox;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private Stage stage = Stage.WAITING;
    private Interruption interruption = new Interruption();
    private boolean started;
    private boolean cancelled;
    private boolean checked;
    private List<StorageNodeId> candidates;
    private int resumptions;
    private boolean hasSeveralSources;
    private @Nullable StorageNodeId source;
    private @Nullable StorageNodeId contentSource;
    private @Nullable IncomingObject object;

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
        this.candidates = order.sources();
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
            source = candidates.get(0);
        }
    }

    /** The source of the attempt that runs, or of the last one. */
    StorageNodeId source() {
        return Objects.requireNonNull(source, "a copy without an attempt");
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

    /** Interrupts the copy for good. Returns a stage that completes when nothing of it is left. */
    CompletableFuture<Void> cancel() {
        cancelled = true;
        interruption.request();
        return gone;
    }

    void markGone() {
        gone.complete(null);
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Whether a file that has the object's name was read, and is not a copy. */
    boolean isChecked() {
        return checked;
    }

    void markChecked() {
        checked = true;
    }

    /** The sources that are left, the next one first. */
    List<StorageNodeId> candidates() {
        return candidates;
    }

    void setCandidates(List<StorageNodeId> left) {
        candidates = left;
    }

    /** The content that has arrived; null before the first attempt, and after its end. */
    @Nullable
    IncomingObject object() {
        return object;
    }

    /** The content of a verified copy. */
    IncomingObject incoming() {
        return Objects.requireNonNull(object, "a verified copy without content");
    }

    /** The bytes of the content that have arrived. */
    long arrivedBytes() {
        return object == null ? 0 : object.writtenBytes();
    }

    void setObject(@Nullable IncomingObject incoming) {
        object = incoming;
    }

    int resumptions() {
        return resumptions;
    }

    void countResumption() {
        resumptions++;
    }

    /** Whether the content that has arrived comes from that source; after a restart, only an order of one source shows it. */
    boolean continuesFrom(StorageNodeId id) {
        return contentSource == null ? order.sources().size() == 1 : !hasSeveralSources && contentSource.equals(id);
    }

    /** Content of the current source arrives. */
    void recordContentSource() {
        hasSeveralSources |= arrivedBytes() > 0 && !source().equals(contentSource);
        contentSource = source;
    }

    /** Whether the content that has arrived comes from more than one source. */
    boolean hasSeveralSources() {
        return hasSeveralSources;
    }

    /** No content of an earlier attempt is left. */
    void forgetSources() {
        hasSeveralSources = false;
    }
}
