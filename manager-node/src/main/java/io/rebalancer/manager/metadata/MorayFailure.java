package io.rebalancer.manager.metadata;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.fast.FastCallFailed;
import io.rebalancer.manager.fast.FastUnavailable;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Classifies the failures of Moray calls (manta.md 7.9). */
final class MorayFailure {
    /** Errors that may not occur again on a retry. */
    private static final Set<String> TRANSIENT = Set.of(
            "NoDatabasePeersError", "ConnectTimeoutError", "QueryTimeoutError", "InternalError", "BucketConflictError");

    /** Errors of a call that got no database connection, so nothing was executed. */
    private static final Set<String> NOT_EXECUTED = Set.of("NoDatabasePeersError", "ConnectTimeoutError");

    private MorayFailure() {}

    /** The failure for a caller of the metadata tier: {@link TierUnavailable} if it may be transient. */
    static CompletionException of(Throwable failure) {
        Throwable cause = rootCause(failure);
        String detail = String.valueOf(cause.getMessage());
        if (cause instanceof FastUnavailable lost) {
            return unavailable(detail, cause, lost.wasSent());
        }
        if (cause instanceof FastCallFailed error && TRANSIENT.contains(error.name())) {
            return unavailable(detail, cause, !NOT_EXECUTED.contains(error.name()));
        }
        return new CompletionException(cause);
    }

    private static CompletionException unavailable(String detail, Throwable cause, boolean inDoubt) {
        return new CompletionException(
                inDoubt ? new TierUnavailable(detail, cause) : TierUnavailable.notCarriedOut(detail, cause));
    }

    /** The same answer with classified failures. */
    static <T> CompletionStage<T> classified(CompletionStage<T> answer) {
        return answer.exceptionally(failure -> {
            throw of(failure);
        });
    }

    /** Whether Moray answered with the error of this name. */
    static boolean isNamed(Throwable failure, String name) {
        return rootCause(failure) instanceof FastCallFailed error
                && error.name().equals(name);
    }

    /** Whether the table lacks the column. A shard from before the extended-id migration has no {@code _idx}. */
    static boolean isMissingColumn(Throwable failure, String column) {
        Throwable cause = rootCause(failure);
        String text = String.valueOf(cause.getMessage());
        return cause instanceof FastCallFailed && text.contains(column) && text.contains("does not exist");
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        return cause instanceof TierUnavailable && cause.getCause() != null ? rootCause(cause.getCause()) : cause;
    }
}
