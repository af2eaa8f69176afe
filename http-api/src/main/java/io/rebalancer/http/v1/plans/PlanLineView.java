package io.rebalancer.http.v1.plans;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.PlanSummary;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One line of the list of plans.
 *
 * @param storageNodes the nodes that are emptied
 * @param state {@code RUNNING}, {@code READY} or {@code FAILED}
 * @param expiresAt when the plan is forgotten; absent while it is RUNNING
 * @param whatIf whether the plan is about a fleet that does not exist, so no job can be created from it
 * @param objects objects that are placed so far
 * @param bytes content bytes of these objects
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record PlanLineView(
        UUID id,
        List<String> storageNodes,
        String state,
        Instant createdAt,
        Optional<Instant> expiresAt,
        boolean whatIf,
        long objects,
        long bytes) {

    static PlanLineView of(PlanSummary plan) {
        return new PlanLineView(
                plan.id(),
                plan.order().leaving().stream()
                        .map(CopyLocation::storageNode)
                        .map(StorageNodeId::text)
                        .toList(),
                plan.state().name(),
                plan.createdAt(),
                plan.expiresAt(),
                plan.order().isWhatIf(),
                plan.objects(),
                plan.bytes());
    }
}
