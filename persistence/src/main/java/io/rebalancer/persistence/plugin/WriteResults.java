package io.rebalancer.persistence.plugin;

import io.rebalancer.persistence.log.LogException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * What became of the writes of one request, told when all of them are settled. Only what is certain not to be stored may
 * be rejected; any other failure leaves its writer in doubt, and with it the whole request.
 */
final class WriteResults {
    private final Promise<Iterable<Optional<Exception>>> told = Promise.apply();
    private final List<Optional<Exception>> rejections;
    private boolean rejected;
    private @Nullable Throwable doubt;
    private int left;

    WriteResults(int writes) {
        left = writes;
        rejections = new ArrayList<>(Collections.nCopies(writes, Optional.empty()));
    }

    Future<Iterable<Optional<Exception>>> told() {
        return told.future();
    }

    void stored() {
        settled();
    }

    void rejected(int write, Exception why) {
        synchronized (this) {
            rejections.set(write, Optional.of(why));
            rejected = true;
        }
        settled();
    }

    void failed(int write, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof LogException known && known.kind() == LogException.Kind.REFUSED) {
            rejected(write, known);
            return;
        }
        synchronized (this) {
            doubt = cause;
        }
        settled();
    }

    private void settled() {
        synchronized (this) {
            left--;
            if (left > 0) {
                return;
            }
        }
        if (doubt != null) {
            told.failure(doubt);
        } else {
            // Nothing at all means that everything is stored.
            told.success(rejected ? rejections : List.of());
        }
    }
}
