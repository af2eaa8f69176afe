package io.rebalancer.cluster.async;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Asks the same question again while it is not answered: one that went to a member which had just died is lost, and nobody
 * says so. For questions that change nothing. The first answer counts, and so does the first failure.
 */
public final class RepeatedAsk {

    private RepeatedAsk() {}

    /** @param question each call asks once and fails after the patience of whoever asks */
    public static <T> CompletionStage<T> every(
            Duration interval, ActorSystem<?> system, Supplier<CompletionStage<T>> question) {
        CompletableFuture<T> first = new CompletableFuture<>();
        ask(question, first);
        Cancellable again = system.scheduler()
                .scheduleAtFixedRate(interval, interval, () -> ask(question, first), system.executionContext());
        return first.whenComplete((answer, failure) -> again.cancel());
    }

    /** What can't even be asked is a failure too: thrown at the scheduler, it would end the repetition unheard. */
    private static <T> void ask(Supplier<CompletionStage<T>> question, CompletableFuture<T> first) {
        CompletableFuture.completedStage(Done.getInstance())
                .thenCompose(now -> question.get())
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        first.complete(answer);
                    } else {
                        first.completeExceptionally(failure);
                    }
                });
    }
}
