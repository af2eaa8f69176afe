package io.rebalancer.http;

import java.util.concurrent.CompletionException;

/** Failed stages. */
final class Failures {

    private Failures() {}

    /** What a stage failed with, without the wrapping that a later stage put around it. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
