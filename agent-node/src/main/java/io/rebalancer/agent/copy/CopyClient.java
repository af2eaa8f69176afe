package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.assignment.CopyTask;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The {@link CopyEngine} as one of its callers uses it. Each caller gets the outcomes of the orders that it gave. Thread-safe. */
public final class CopyClient {
    private final CopyEngine engine;
    private final Outbox outbox;

    CopyClient(CopyEngine engine, Outbox outbox) {
        this.engine = engine;
        this.outbox = outbox;
    }

    /**
     * Delivers the outcomes to {@code listener} from now on, beginning with those that the caller has not stored. A caller
     * that starts again calls this first, and then gives all orders that it has stored no outcome of.
     *
     * @param listener must not block; called on any thread with the next batch after the batch before is stored
     */
    public void deliverTo(Consumer<List<CopyOutcome>> listener) {
        engine.deliver(outbox, listener);
    }

    /** What the engine may do with its copies. An order waits until the gate is open. */
    public CopyGate gate() {
        return engine.gate();
    }

    /**
     * Gives an order. An order that the engine has, or whose outcome is not stored, is not carried out again; an order whose copy
     * is being withdrawn is.
     */
    public void submit(CopyOrder order) {
        engine.submit(outbox, order);
    }

    /** The caller has stored these outcomes; the engine forgets them and the orders. */
    public void markStored(List<CopyOutcome> outcomes) {
        engine.markStored(outbox, outcomes);
    }

    /**
     * Ends all copies of an assignment whose outcomes are not delivered, and removes what they have created. These copies
     * have no outcome.
     *
     * @return completes when nothing of the copies is in progress
     */
    public CompletionStage<Void> cancel(UUID assignmentId) {
        return engine.cancel(outbox, assignmentId);
    }

    /**
     * Ends the copies of an assignment whose content is not complete, without an outcome. What has arrived of large objects
     * stays, so that the orders continue there when they are given again.
     *
     * @return completes when nothing is written for the assignment; orders that are given again meanwhile begin after that
     */
    public CompletionStage<Void> suspend(UUID assignmentId) {
        return engine.suspend(outbox, assignmentId);
    }

    /**
     * Removes files, each after the work on the same object that was ordered before. A file that the assignment did not
     * create stays. A file that can't be removed is logged; it stays as an orphan, which reconciliation finds.
     *
     * @return completes when the removals have ended
     */
    public CompletionStage<Void> remove(UUID assignmentId, List<ObjectKey> keys) {
        return engine.remove(
                keys.stream().map(key -> Removal.ofFile(key, assignmentId)).toList());
    }

    /**
     * Removes what is left of copies that were cancelled or suspended, or interrupted by the end of a process: the part, and a
     * file whose outcome the caller has not learned. As {@link #remove} otherwise.
     */
    public CompletionStage<Void> removeUnfinished(UUID assignmentId, List<CopyTask> tasks) {
        return engine.remove(tasks.stream()
                .map(task ->
                        Removal.ofUnfinished(new ObjectKey(task.owner(), task.objectId()), assignmentId, task.md5()))
                .toList());
    }
}
