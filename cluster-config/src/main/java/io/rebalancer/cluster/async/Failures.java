package io.rebalancer.cluster.async;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Helpers for failures of asynchronous work. */
public final class Failures {

    private Failures() {}

    /** Removes the exceptions that {@code CompletableFuture} and {@code Future} wrap around a failure. */
    public static Throwable rootCause(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }
}
