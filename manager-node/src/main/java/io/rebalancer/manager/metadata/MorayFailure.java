package io.rebalancer.manager.metadata;

import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.fast.FastCallFailed;
import io.rebalancer.manager.fast.FastUnavailable;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Tells Moray's failures apart (manta.md 7.9). */
final class MorayFailure {
    private static final Set<String> PASSING = Set.of(
            "NoDatabasePeersError", "ConnectTimeoutError", "QueryTimeoutError", "InternalError", "BucketConflictError");

    private MorayFailure() {}

    /** What a caller of the metadata tier gets to see: {@link TierUnavailable} for what may pass by itself. */
    static CompletionException of(Throwable failure) {
        Throwable cause = unwrap(failure);
        boolean passing = cause instanceof FastUnavailable
                || (cause instanceof FastCallFailed refused && PASSING.contains(refused.name()));
        String detail = String.valueOf(cause.getMessage());
        return new CompletionException(passing ? new TierUnavailable(detail, cause) : cause);
    }

    /** The same answer, its failures told apart. */
    static <T> CompletionStage<T> told(CompletionStage<T> answer) {
        return answer.exceptionally(failure -> {
            throw of(failure);
        });
    }

    static boolean isNamed(Throwable failure, String name) {
        return unwrap(failure) instanceof FastCallFailed refused
                && refused.name().equals(name);
    }

    /** A shard from before the extended-id migration has no {@code _idx}; any other failure must not end a scan. */
    static boolean saysNoColumn(Throwable failure, String column) {
        Throwable cause = unwrap(failure);
        String text = String.valueOf(cause.getMessage());
        return cause instanceof FastCallFailed && text.contains(column) && text.contains("does not exist");
    }

    private static Throwable unwrap(Throwable failure) {
        boolean wrapped = failure instanceof CompletionException || failure instanceof TierUnavailable;
        Throwable cause = failure.getCause();
        return wrapped && cause != null ? unwrap(cause) : failure;
    }
}
