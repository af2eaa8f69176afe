package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A file in the quarantine of a storage node.
 *
 * @param path the path that the file had below the object root
 * @param owner of the object that the file was a copy of; absent for an object of the v2 layout
 * @param object as owner
 * @param reason a stable word, such as {@code orphan}
 * @param run the run that moved it; absent if an assignment did
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record QuarantinedFileView(
        String id,
        String path,
        Optional<UUID> owner,
        Optional<UUID> object,
        String reason,
        Instant movedAt,
        long bytes,
        Optional<UUID> run) {

    static QuarantinedFileView of(QuarantinedCopy item) {
        return new QuarantinedFileView(
                item.id(),
                item.path(),
                item.key().map(CopyKey::owner),
                item.key().map(CopyKey::objectId),
                item.reason(),
                item.movedAt(),
                item.sizeBytes(),
                item.runId());
    }
}
