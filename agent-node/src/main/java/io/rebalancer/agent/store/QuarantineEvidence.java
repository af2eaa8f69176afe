package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.util.Optional;

/**
 * Digests of a file that loses its name, and of the object whose name it has.
 *
 * @param found digest of the file; empty if it was not read
 * @param expected digest of the object according to its metadata record; empty if unknown
 */
public record QuarantineEvidence(Optional<ContentMd5> found, Optional<ContentMd5> expected) {
    /** No digest is known. */
    public static final QuarantineEvidence NONE = new QuarantineEvidence(Optional.empty(), Optional.empty());
}
