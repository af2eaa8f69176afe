package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs blocking disk work on its own threads. */
final class DiskExecutor {
    static final String DISPATCHER = "rebalancer.disk-dispatcher";
    private static final Logger LOGGER = LoggerFactory.getLogger(DiskExecutor.class);

    private final Executor executor;

    DiskExecutor(ActorSystem<?> system) {
        this.executor = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
    }

    <T> CompletableFuture<T> run(Callable<T> work) {
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

    /** What can't be closed now is removed at the next start. */
    static void close(IncomingObject object) {
        try {
            object.close();
        } catch (IOException e) {
            LOGGER.warn("a temporary file was not removed: {}", e.toString());
        }
    }
}
