package io.rebalancer.cluster.async;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * Runs blocking work on threads reserved for it.
 *
 * @param executor owns the threads
 */
public record BlockingExecutor(Executor executor) {

    /** @param dispatcher one of the constants of {@link io.rebalancer.cluster.Dispatchers} */
    public static BlockingExecutor on(ActorSystem<?> system, String dispatcher) {
        return new BlockingExecutor(system.dispatchers().lookup(DispatcherSelector.fromConfig(dispatcher)));
    }

    /** Completes with the value of {@code work}, or fails with the exception that it throws. */
    public <T> CompletableFuture<T> run(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                executor);
    }
}
