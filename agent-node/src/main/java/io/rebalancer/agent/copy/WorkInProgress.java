package io.rebalancer.agent.copy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Counts the work that changes the disk. Everything that writes, renames or deletes a file is counted here from before its
 * first change until after its last, so a count of zero proves that nothing is written. Not thread-safe.
 */
final class WorkInProgress {
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    /** The kinds of work. */
    enum Kind {
        FETCH,
        /** The check of an existing file also forces it. */
        CHECK,
        /** Of a group of small objects. */
        FLUSH,
        LARGE_FLUSH,
        REMOVAL,
        /** A move into the quarantine or out of it, or a deletion there, in the thread of another caller. */
        QUARANTINE
    }

    void start(Kind kind) {
        counts.merge(kind, 1, Integer::sum);
    }

    void end(Kind kind) {
        counts.merge(kind, -1, Integer::sum);
    }

    int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Completes with the next call of {@link #completeWaiting}. */
    CompletionStage<Void> whenQuiet() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        waiting.add(quiet);
        return quiet;
    }

    /** Completes the stages that wait for the end of the work. */
    void completeWaiting() {
        List<CompletableFuture<Void>> quiet = List.copyOf(waiting);
        waiting.clear();
        quiet.forEach(each -> each.complete(null));
    }
}
