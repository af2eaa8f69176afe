package io.rebalancer.core.port;

import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Appends to the audit log of the cluster. */
public interface AuditTrail {

    /**
     * Appends an entry. A fact with the id of one of the last 500 facts is not stored again.
     *
     * @return the number of the entry, when it is stored; fails with {@link AuditUnavailable} after a bounded time. The entry
     *     may be stored nevertheless, or later
     */
    CompletionStage<Long> append(AuditFact fact);

    /** The last entry that is stored; fails with {@link AuditUnavailable} after a bounded time. */
    CompletionStage<AuditHead> last();

    /** The audit log can't be written or read now. The message states why, in one line. */
    final class AuditUnavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** @param cause if there is one */
        public AuditUnavailable(String reason, @Nullable Throwable cause) {
            super(reason, cause, false, false);
        }
    }
}
