package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.storage.SpaceLease;
import java.time.Instant;
import java.util.UUID;

/** A batch that waits for the lease of its space. */
final class LeaseRequest {
    private final SpaceLease lease;
    private final OpenBatch batch;
    private final Instant since;
    private Instant sentAt;
    private int attempts;
    private boolean deferred;

    LeaseRequest(UUID assignmentId, OpenBatch batch, Instant since) {
        this.lease = new SpaceLease(assignmentId, batch.destination().id(), batch.mib());
        this.batch = batch;
        this.since = since;
        this.sentAt = since;
    }

    SpaceLease lease() {
        return lease;
    }

    OpenBatch batch() {
        return batch;
    }

    /** When the request was sent first. */
    Instant since() {
        return since;
    }

    /** When the request was sent last. */
    Instant sentAt() {
        return sentAt;
    }

    /** How often the request was sent. */
    int attempts() {
        return attempts;
    }

    void markSent(Instant now) {
        sentAt = now;
        attempts++;
        if (attempts > 1) {
            deferred = false;
        }
    }

    /** The broker asked to repeat the request later. */
    void defer() {
        deferred = true;
        attempts = 0;
    }

    boolean isDeferred() {
        return deferred;
    }

    /** Whether a repeated request got no reply. */
    boolean isUnanswered() {
        return attempts > 1 && !deferred;
    }
}
