package io.rebalancer.agent.copy;

import io.rebalancer.agent.copy.PendingCopy.Stage;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.core.assignment.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides which work of the {@link CopyEngine} comes next, and what follows when it has ended. It does no work and has no
 * threads. Not thread-safe: the engine uses it with its lock held.
 */
final class CopySchedule {
    private final Sources sources;
    private final CopyMetrics metrics;
    private final List<Outbox> outboxes = new ArrayList<>();
    private final Map<PendingCopy.Id, PendingCopy> copies = new HashMap<>();
    /** Orders that were given again while their withdrawn copies were still in progress. */
    private final Map<PendingCopy.Id, PendingCopy> successors = new HashMap<>();

    private final KeyQueues keys = new KeyQueues();
    private final SourceQueues fetches;
    private final Deque<PendingCopy> checks = new ArrayDeque<>();
    private final VerifiedCopies verified = new VerifiedCopies();
    private final Deque<KeyQueues.Work> removals = new ArrayDeque<>();
    private int unpublished;

    CopySchedule(Sources sources, CopyMetrics metrics) {
        this.sources = sources;
        this.metrics = metrics;
        this.fetches = new SourceQueues(sources);
    }

    /** Adds a caller, which gets the outcomes of its orders. */
    Outbox newOutbox() {
        Outbox outbox = new Outbox();
        outboxes.add(outbox);
        return outbox;
    }

    /** Delivers the outcomes that wait for a full batch. */
    void deliverOutcomes() {
        outboxes.forEach(Outbox::deliver);
    }

    /**
     * Adds an order, unless it is in progress, or its outcome is not stored yet. While a withdrawn copy of it is in progress, it
     * waits for the end of that copy.
     */
    void submit(Outbox outbox, CopyOrder order) {
        PendingCopy copy = new PendingCopy(order, outbox);
        PendingCopy known = copies.get(copy.id());
        if (known == null) {
            add(copy);
        } else if (known.isCancelled()) {
            successors.put(copy.id(), copy);
        }
    }

    private void add(PendingCopy copy) {
        copies.put(copy.id(), copy);
        metrics.recordQueuedCopy();
        if (keys.add(copy)) {
            activate(copy);
        }
    }

    /** Forgets copies whose outcomes are stored. */
    void markStored(Outbox outbox, List<CopyOutcome> outcomes) {
        outbox.markStored(outcomes).forEach(outcome -> copies.remove(PendingCopy.Id.of(outcome.order())));
    }

    /** Adds removals, each behind the earlier work on the same object. */
    List<CompletableFuture<Void>> remove(List<Removal> removals) {
        return removals.stream().map(this::add).toList();
    }

    /** Cancels the copies of an assignment whose outcomes are not delivered; each stage completes when nothing is left. */
    List<CompletableFuture<Void>> cancel(Outbox outbox, UUID assignmentId) {
        dropSuccessors(outbox, assignmentId);
        return ordered(outbox, assignmentId).stream().map(this::cancel).toList();
    }

    /**
     * Withdraws the copies of an assignment whose content is not complete, and keeps what has arrived of large objects. The
     * others end. Each stage completes when nothing of its copy is in progress.
     *
     * @param mayPublish whether a verified copy may still be published; it is withdrawn otherwise
     */
    List<CompletableFuture<Void>> suspend(Outbox outbox, UUID assignmentId, boolean mayPublish) {
        dropSuccessors(outbox, assignmentId);
        return ordered(outbox, assignmentId).stream()
                .map(copy -> suspend(copy, mayPublish))
                .toList();
    }

    private List<PendingCopy> ordered(Outbox outbox, UUID assignmentId) {
        return copies.values().stream()
                .filter(copy -> copy.isOf(outbox, assignmentId))
                .toList();
    }

    /** Nothing of them has begun. */
    private void dropSuccessors(Outbox outbox, UUID assignmentId) {
        successors.values().removeIf(copy -> copy.isOf(outbox, assignmentId));
    }

    private CompletableFuture<Void> suspend(PendingCopy copy, boolean mayPublish) {
        return switch (copy.stage()) {
            case ENDED -> nothing();
            case PUBLISHING -> copy.whenGone();
            case VERIFIED -> mayPublish ? copy.whenGone() : withdraw(copy, true);
            case WAITING, QUEUED, CHECKING, FETCHING -> withdraw(copy, true);
        };
    }

    private CompletableFuture<Void> cancel(PendingCopy copy) {
        if (copy.stage() == Stage.ENDED) {
            // What is delivered is the caller's to remove.
            Optional<CopyOutcome> withdrawn = copy.outbox().withdraw(copy.id());
            withdrawn.ifPresent(outcome -> copies.remove(copy.id()));
            return withdrawn.filter(CopyOutcome::createdFile).isPresent() ? add(removalOf(copy)) : nothing();
        }
        return withdraw(copy, false);
    }

    /** A copy that is withdrawn already only learns whether its content is kept. */
    private CompletableFuture<Void> withdraw(PendingCopy copy, boolean keep) {
        boolean again = copy.isCancelled();
        CompletableFuture<Void> gone = copy.cancel(keep);
        if (again) {
            return gone;
        }
        switch (copy.stage()) {
            case WAITING -> drop(copy);
            case QUEUED -> {
                if (!checks.remove(copy)) {
                    fetches.remove(copy);
                }
                drop(copy);
            }
            case VERIFIED -> {
                verified.remove(copy);
                unpublished--;
                drop(copy);
            }
            default -> {
                // A thread works on the copy, and drops it at its end.
            }
        }
        return gone;
    }

    private static Removal removalOf(PendingCopy copy) {
        return Removal.ofFile(copy.key(), copy.order().assignmentId());
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    /** Removes what a cancelled copy has left. */
    private void drop(PendingCopy copy) {
        if (copy.progress().object() == null) {
            endRemoval(copy);
        } else {
            removals.addLast(copy);
        }
    }

    private void forget(PendingCopy copy) {
        copies.remove(copy.id());
        metrics.recordCancelledCopy(copy.order(), copy.isStarted());
        release(copy);
        Optional.ofNullable(successors.remove(copy.id())).ifPresent(this::add);
    }

    private CompletableFuture<Void> add(Removal removal) {
        if (keys.add(removal)) {
            activate(removal);
        }
        return removal.ended();
    }

    /** Lets the next work on the same object start. */
    private void release(KeyQueues.Work ended) {
        keys.remove(ended).ifPresent(this::activate);
    }

    private void activate(KeyQueues.Work first) {
        if (first instanceof PendingCopy copy) {
            copy.progress()
                    .setCandidates(sources.healthiestFirst(copy.progress().candidates()));
            copy.setStage(Stage.QUEUED);
            queue(copy);
        } else {
            removals.addLast(first);
        }
    }

    /** An order without a source can only find the file. */
    private void queue(PendingCopy copy) {
        if (copy.progress().candidates().isEmpty()) {
            checks.addLast(copy);
        } else {
            fetches.add(copy);
        }
    }

    /** The next copy whose existing file has to be checked. */
    Optional<PendingCopy> nextCheck() {
        return start(Optional.ofNullable(checks.pollFirst()), Stage.CHECKING);
    }

    /** The next copy to fetch from its first candidate. */
    Optional<PendingCopy> nextFetch() {
        Optional<PendingCopy> next = start(fetches.take(), Stage.FETCHING);
        next.flatMap(copy -> sources.find(copy.progress().candidates().get(0))).ifPresent(SourceNode::recordStart);
        return next;
    }

    private Optional<PendingCopy> start(Optional<PendingCopy> next, Stage stage) {
        next.ifPresent(copy -> {
            if (copy.markStarted()) {
                metrics.recordCopyStart(copy.order());
            }
            copy.startWork(stage);
        });
        return next;
    }

    /** The next group of small copies to publish; empty if there is none. */
    List<PendingCopy> nextGroup() {
        return publishing(verified.nextGroup());
    }

    /** The next large copy to publish; empty if there is none. */
    List<PendingCopy> nextLarge() {
        return publishing(verified.nextLarge());
    }

    private static List<PendingCopy> publishing(List<PendingCopy> group) {
        group.forEach(copy -> copy.setStage(Stage.PUBLISHING));
        return group;
    }

    /** The next file to remove, or the next cancelled copy to close. */
    Optional<KeyQueues.Work> nextRemoval() {
        return Optional.ofNullable(removals.pollFirst());
    }

    /** A fetch has ended. Copies of a source that fails move to other sources. */
    void endFetch(PendingCopy copy, Fetcher.Attempt attempt) {
        sources.find(copy.progress().source()).ifPresent(node -> {
            node.recordEnd();
            if (attempt.isSourceUnhealthy()) {
                node.recordFailure();
                fetches.moveToHealthySources(node.id());
            } else if (attempt.isComplete()) {
                node.recordSuccess();
            }
        });
        if (copy.isCancelled()) {
            drop(copy);
            return;
        }
        switch (attempt.result()) {
            case FILE_EXISTS -> {
                copy.setStage(Stage.QUEUED);
                checks.addLast(copy);
            }
            case VERIFIED -> {
                metrics.recordVerifiedCopy(copy.order());
                copy.setStage(Stage.VERIFIED);
                verified.add(copy);
                unpublished++;
            }
            case RETRY, INTERRUPTED -> {
                copy.setStage(Stage.QUEUED);
                copy.progress()
                        .setCandidates(sources.healthiestFirst(copy.progress().candidates()));
                // First, so that few copies with a part of their content wait.
                fetches.addFirst(copy);
            }
            case FAILED ->
                end(copy, CopyOutcome.failed(copy.order(), attempt.failure().orElseThrow()));
        }
    }

    /**
     * The check of an existing file has ended.
     *
     * @param outcome empty if the file is no copy
     * @param interrupted whether the check was interrupted
     */
    void endCheck(PendingCopy copy, Optional<CopyOutcome> outcome, boolean interrupted) {
        if (copy.isCancelled()) {
            drop(copy);
        } else if (interrupted) {
            copy.setStage(Stage.QUEUED);
            checks.addFirst(copy);
        } else if (outcome.isPresent()) {
            end(copy, outcome.get());
        } else if (copy.progress().candidates().isEmpty()) {
            CopyFailure failure = new CopyFailure(Reason.SOURCE_OBJECT_NOT_FOUND, "the order names no source");
            end(copy, CopyOutcome.failed(copy.order(), failure));
        } else {
            copy.markChecked();
            copy.setStage(Stage.QUEUED);
            queue(copy);
        }
    }

    /** A group was published. A cancelled copy that got its name is removed again. */
    void endFlush(Map<PendingCopy, CopyOutcome> outcomes) {
        unpublished -= outcomes.size();
        outcomes.forEach((copy, outcome) -> {
            if (copy.isCancelled()) {
                CompletionStage<Void> rest = outcome.createdFile() ? add(removalOf(copy)) : nothing();
                rest.thenRun(copy::markGone);
                forget(copy);
            } else {
                end(copy, outcome);
            }
        });
    }

    /** A file is removed, or a cancelled copy is closed. */
    void endRemoval(KeyQueues.Work ended) {
        if (ended instanceof PendingCopy copy) {
            forget(copy);
            copy.markGone();
        } else if (ended instanceof Removal removal) {
            release(removal);
            removal.ended().complete(null);
        }
    }

    private void end(PendingCopy copy, CopyOutcome outcome) {
        copy.setStage(Stage.ENDED);
        copy.outbox().add(metrics.recordCopyEnd(outcome));
        release(copy);
        copy.markGone();
    }

    /** Interrupts the threads that fetch or check, so that their copies wait again. */
    void interruptAll() {
        copies.values().stream()
                .filter(copy -> copy.stage() == Stage.FETCHING || copy.stage() == Stage.CHECKING)
                .forEach(copy -> copy.interruption().request());
    }

    /** All copies whose outcomes are not stored. */
    Iterable<PendingCopy> copies() {
        return copies.values();
    }

    /** Whether a copy or a removal of the object waits or is in progress. */
    boolean isInUse(ObjectKey key) {
        return keys.contains(key);
    }

    /** The copies that wait for a fetch or a check. */
    int waiting() {
        return fetches.size() + checks.size();
    }

    int waitingFor(SourceNode source) {
        return fetches.waitingFor(source.id());
    }

    /** The copies whose content is complete, and not published. */
    int unpublished() {
        return unpublished;
    }

    /** Whether neither a verified copy nor a removal waits. */
    boolean isDrained() {
        return verified.isEmpty() && removals.isEmpty();
    }
}
