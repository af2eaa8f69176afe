package io.rebalancer.persistence.plugin;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.concurrent.Promise;

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
}
