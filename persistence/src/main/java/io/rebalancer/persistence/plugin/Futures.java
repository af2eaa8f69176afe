package io.rebalancer.persistence.plugin;

import java.util.Queue;
import java.util.concurrent.CompletionException;
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

/** Java's stages as the Scala futures that plugins answer with. */
final class Futures {

    private Futures() {}

    /** Unlike the library's own conversion this one takes a null for what it is. */
    static <T extends @Nullable Object> Future<T> scala(CompletionStage<T> stage) {
        Promise<T> promise = Promise.apply();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                promise.success(value);
            } else {
                promise.failure(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        });
        return promise.future();
    }

    /**
     * Runs things on a dispatcher such that what they set off there is run with them, and not as a task each.
     *
     * @param dispatcher with one thread; things are run in the order in which they were given, whatever order its tasks
     *     are run in
     */
    static Executor batching(ExecutionContext dispatcher) {
        Future<Done> now = Future.successful(Done.getInstance());
        Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        return what -> {
            waiting.add(what);
            Function1<Try<Done>, Object> oldest = ignored -> {
                waiting.remove().run();
                return BoxedUnit.UNIT;
            };
            now.onComplete(oldest, dispatcher);
        };
    }
}
