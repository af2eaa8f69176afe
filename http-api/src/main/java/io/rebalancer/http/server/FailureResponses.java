package io.rebalancer.http.server;

import java.util.concurrent.CompletionException;

/** Failed stages. */
public final class FailureResponses {

    private FailureResponses() {}

    /** What a stage failed with, without the wrapping that a later stage put around it. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
