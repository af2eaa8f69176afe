package io.rebalancer.cluster.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;

/** Why a node ends whose actor system runs and that can't start nevertheless. Its exit code is that of a failed start. */
public final class StartFailed implements CoordinatedShutdown.Reason {
    private static final StartFailed INSTANCE = new StartFailed();

    private StartFailed() {}

    /**
     * The same start. If it fails, its actor system ends.
     *
     * @return completes with a failure before the shutdown begins, because the end of the shutdown ends the process, and the
     *     failure has to be reported before
     */
    public static <T> CompletionStage<T> endingSystem(ActorSystem<?> system, CompletionStage<T> start) {
        CompletableFuture<T> reported = new CompletableFuture<>();
        start.whenComplete((started, failure) -> {
            if (failure == null) {
                reported.complete(started);
            } else {
                reported.completeExceptionally(failure);
                CoordinatedShutdown.get(system).runAll(INSTANCE);
            }
        });
        return reported;
    }
}
