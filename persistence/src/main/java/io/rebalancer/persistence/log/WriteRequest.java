package io.rebalancer.persistence.log;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A request to write frames. Its result completes when the frames are durable, or fails. */
final class WriteRequest {
    private final long bytes;
    private final boolean acceptedWhenThrottled;
    private final Encoder encoder;
    private final long submittedNanos = System.nanoTime();
    private final CompletableFuture<Long> result = new CompletableFuture<>();
    private Optional<LogException> rejection = Optional.empty();
    private long value;

    /** Turns a request into frames of the group that is being written; runs on the writer's thread. */
    interface Encoder {
        /**
         * Adds the frames of the request to the group.
         *
         * @return the result of the request once the group is durable
         * @throws LogException if the request can't be stored; then it has added no frame
         */
        long encode(LogWriter writer) throws LogException;
    }

    private WriteRequest(long bytes, boolean acceptedWhenThrottled, Encoder encoder) {
        this.bytes = bytes;
        this.acceptedWhenThrottled = acceptedWhenThrottled;
        this.encoder = encoder;
    }

    /** Stores events; rejected while the disk is nearly full. */
    static WriteRequest events(long bytes, Encoder encoder) {
        return new WriteRequest(bytes, false, encoder);
    }

    /**
     * Reads or changes the log's bookkeeping. Accepted even when the disk is nearly full, because it takes little space or
     * frees some.
     *
     * @param bytes estimate of what it takes in the log
     */
    static WriteRequest bookkeeping(long bytes, Encoder encoder) {
        return new WriteRequest(bytes, true, encoder);
    }

    long bytes() {
        return bytes;
    }

    boolean isAcceptedWhenThrottled() {
        return acceptedWhenThrottled;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    CompletionStage<Long> result() {
        return result;
    }

    void encodeInto(LogWriter writer) {
        try {
            value = encoder.encode(writer);
        } catch (LogException e) {
            rejection = Optional.of(e);
        }
    }

    /** Completes the result: the group of this request is durable. */
    void acknowledge(LogListener listener) {
        if (rejection.isPresent()) {
            fail(rejection.get(), listener);
        } else {
            listener.requestAcknowledged(System.nanoTime() - submittedNanos);
            result.complete(value);
        }
    }

    void fail(LogException cause, LogListener listener) {
        if (result.completeExceptionally(cause)) {
            listener.requestFailed(cause.kind());
        }
    }
}
