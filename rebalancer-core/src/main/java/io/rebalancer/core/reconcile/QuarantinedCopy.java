package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.CopyKey;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A file in the quarantine of a storage node.
 *
 * @param id name of the item, a UUID
 * @param path the path that the file had below the object root
 * @param key the copy that the file was; empty for an object of the v2 layout
 * @param reason stable word, such as {@code orphan}
 * @param movedAt when the file was moved
 * @param runId the run that moved it; empty if an assignment did
 */
public record QuarantinedCopy(
        String id,
        String path,
        Optional<CopyKey> key,
        String reason,
        Instant movedAt,
        long sizeBytes,
        Optional<UUID> runId) {}
