package io.rebalancer.persistence.plugin;

import io.rebalancer.cluster.async.Failures;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.Promise;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/** Converts Java stages to the Scala futures that Pekko's plugin interfaces return. */
final class Futures {

    private Futures() {}

    /** Unlike the library's own conversion, this one accepts a null result. */
    static <T extends @Nullable Object> Future<T> toScala(CompletionStage<T> stage) {
        Promise<T> promise = Promise.apply();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                promise.success(value);
            } else {
                promise.failure(Failures.rootCause(failure));
            }
        });
        return promise.future();
    }

    /**
     * An executor that runs its tasks as future callbacks on a dispatcher. Callbacks that a task triggers on the same
     * dispatcher then run in its batch, and not as one dispatcher task each.
     *
     * @param dispatcher must have one thread. The tasks run in the order of their submission, even if the dispatcher
     *     reorders its own tasks
     */
    static Executor batching(ExecutionContext dispatcher) {
        Future<Done> completed = Future.successful(Done.getInstance());
        Queue<Runnable> pendingTasks = new ConcurrentLinkedQueue<>();
        return task -> {
            pendingTasks.add(task);
            Function1<Try<Done>, Object> runOldest = ignored -> {
                pendingTasks.remove().run();
                return BoxedUnit.UNIT;
            };
            completed.onComplete(runOldest, dispatcher);
        };
    }
}
