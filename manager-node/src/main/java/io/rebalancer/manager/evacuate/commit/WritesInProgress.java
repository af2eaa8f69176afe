package io.rebalancer.manager.evacuate.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Counts the metadata writes of a job that may be on their way to a shard. It outlives the committer that has sent them: a write
 * is on its way also if its committer has failed. Thread-safe.
 */
public final class WritesInProgress {
    private int count;
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    /** Makes a write. It counts from before it is sent until it has ended. */
    <T> CompletionStage<T> track(Supplier<CompletionStage<T>> write) {
        synchronized (this) {
            count++;
        }
        CompletionStage<T> made;
        try {
            made = write.get();
        } catch (RuntimeException e) {
            end();
            throw e;
        }
        return made.whenComplete((done, failure) -> end());
    }

    private void end() {
        List<CompletableFuture<Void>> quiet;
        synchronized (this) {
            count--;
            quiet = count > 0 ? List.of() : List.copyOf(waiting);
            waiting.removeAll(quiet);
        }
        quiet.forEach(each -> each.complete(null));
    }

    /** Completes when no write is in progress; at once if none is. */
    public synchronized CompletionStage<Void> whenNone() {
        if (count == 0) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        waiting.add(quiet);
        return quiet;
    }
}
