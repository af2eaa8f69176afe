package io.rebalancer.persistence.plugin;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.persistence.log.LogException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * Collects the results of all writes of one request, and completes when the last one is known. Only a write that is
 * certainly not stored is rejected. Any other failure leaves the result of the write unknown, and fails the whole request.
 */
final class WriteResults {
    private final Promise<Iterable<Optional<Exception>>> results = Promise.apply();
    private final List<Optional<Exception>> rejections;
    private boolean hasRejection;
    private @Nullable Throwable failure;
    private int pendingWrites;

    WriteResults(int writes) {
        pendingWrites = writes;
        rejections = new ArrayList<>(Collections.nCopies(writes, Optional.empty()));
    }

    Future<Iterable<Optional<Exception>>> future() {
        return results.future();
    }

    void addStored() {
        completeIfLast();
    }

    void addRejected(int write, Exception reason) {
        synchronized (this) {
            rejections.set(write, Optional.of(reason));
            hasRejection = true;
        }
        completeIfLast();
    }

    void addFailed(int write, Throwable cause) {
        Throwable rootCause = Failures.rootCause(cause);
        if (rootCause instanceof LogException known && known.kind() == LogException.Kind.REFUSED) {
            addRejected(write, known);
            return;
        }
        synchronized (this) {
            failure = rootCause;
        }
        completeIfLast();
    }

    private void completeIfLast() {
        synchronized (this) {
            pendingWrites--;
            if (pendingWrites > 0) {
                return;
            }
        }
        if (failure != null) {
            results.failure(failure);
        } else {
            // By Pekko's contract, an empty list means that every write is stored.
            results.success(hasRejection ? rejections : List.of());
        }
    }
}
