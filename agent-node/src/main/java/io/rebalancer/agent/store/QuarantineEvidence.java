package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.util.Optional;
import java.util.UUID;

/**
 * What led to the move of a file: digests of the file and of the object whose name it has, and the run that ordered it.
 *
 * @param found digest of the file; empty if it was not read
 * @param expected digest of the object according to its metadata record; empty if unknown
 * @param runId the reconciliation run that ordered the move; empty if an assignment or a copy led to it
 */
public record QuarantineEvidence(Optional<ContentMd5> found, Optional<ContentMd5> expected, Optional<UUID> runId) {
    /** No digest is known. */
    public static final QuarantineEvidence NONE = new QuarantineEvidence(Optional.empty(), Optional.empty());

    /** The digests of a file that is replaced. */
    public QuarantineEvidence(Optional<ContentMd5> found, Optional<ContentMd5> expected) {
        this(found, expected, Optional.empty());
    }

    /** A reconciliation run ordered the move. */
    public static QuarantineEvidence ofRun(UUID runId) {
        return new QuarantineEvidence(Optional.empty(), Optional.empty(), Optional.of(runId));
    }
}
