package io.rebalancer.cluster.async;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Repeats a request until a reply arrives, because a request to a member that has just died is lost without an error.
 * The first reply or failure completes the result. For idempotent requests only.
 */
public final class RepeatedAsk {

    private RepeatedAsk() {}

    /**
     * Sends a request at once and then every {@code interval}, until the first reply or failure.
     *
     * @param request sends the request once; its stage must fail after a timeout, or the repetition may never end
     */
    public static <T> CompletionStage<T> every(
            Duration interval, ActorSystem<?> system, Supplier<CompletionStage<T>> request) {
        CompletableFuture<T> first = new CompletableFuture<>();
        ask(request, first);
        Cancellable repetition = system.scheduler()
                .scheduleAtFixedRate(interval, interval, () -> ask(request, first), system.executionContext());
        return first.whenComplete((reply, failure) -> repetition.cancel());
    }

    /** A supplier that throws counts as a failure. An exception in the scheduler would end the repetition silently. */
    private static <T> void ask(Supplier<CompletionStage<T>> request, CompletableFuture<T> first) {
        CompletableFuture.completedStage(Done.getInstance())
                .thenCompose(now -> request.get())
                .whenComplete((reply, failure) -> {
                    if (failure == null) {
                        first.complete(reply);
                    } else {
                        first.completeExceptionally(failure);
                    }
                });
    }
}
