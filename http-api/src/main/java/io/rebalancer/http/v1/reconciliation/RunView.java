package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService.View;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ShardCoverage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A run: what was read of each metadata shard, and what was found on each storage node. It names no owner and no object.
 *
 * @param activity what the run does or waits for now; absent if it has ended
 * @param epoch 1 for the first incarnation of the run, one more each time a manager takes it over
 * @param abort why the run ended early; absent unless it did
 * @param endedAt absent while the run works
 * @param left storage nodes that are not done
 * @param metadataComplete whether every row of every shard was read; only then can a file be an orphan
 * @param shards empty until all shards are read
 * @param nodes storage nodes that are done
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record RunView(
        UUID id,
        Order order,
        String phase,
        Optional<String> activity,
        long epoch,
        Optional<AbortView> abort,
        Instant createdAt,
        Optional<Instant> endedAt,
        List<String> left,
        boolean metadataComplete,
        List<ShardView> shards,
        List<NodeReportView> nodes) {

    /**
     * What the run is to do.
     *
     * @param plan the run whose plan is carried out; absent unless the mode is {@code act}
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Order(long number, String mode, List<String> nodes, Optional<UUID> plan, String orderedBy) {
        static Order of(RunOrder order) {
            return new Order(
                    order.number(), order.mode().word(), texts(order.nodes()), order.planId(), order.orderedBy());
        }
    }

    /**
     * Why the run ended early.
     *
     * @param reason a stable word
     */
    record AbortView(String reason, String detail) {}

    /**
     * What was read of a metadata shard.
     *
     * @param unreadable rows that are no readable record; they may claim any copy
     * @param readAt when the first row was read
     * @param fault why the shard is not complete; absent if it is
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record ShardView(int shard, long rows, long unreadable, boolean complete, Instant readAt, Optional<String> fault) {
        static ShardView of(ShardCoverage shard) {
            return new ShardView(
                    shard.shard(),
                    shard.rows(),
                    shard.unreadable(),
                    shard.complete(),
                    shard.readAt(),
                    Optional.of(shard.fault()).filter(text -> !text.isEmpty()));
        }
    }

    static RunView of(View view) {
        RunState state = view.state();
        return new RunView(
                view.id(),
                state.order().map(Order::of).orElseThrow(),
                state.phase().name(),
                Optional.of(view.activity()).filter(text -> !text.isEmpty()),
                state.epoch(),
                state.abort().map(reason -> new AbortView(reason.word(), state.detail())),
                state.createdAt().orElseThrow(),
                state.endedAt(),
                texts(state.nodesLeft()),
                state.metadataComplete(),
                state.shards().stream().map(ShardView::of).toList(),
                state.reports().values().stream().map(NodeReportView::of).toList());
    }

    private static List<String> texts(List<StorageNodeId> nodes) {
        return nodes.stream().map(StorageNodeId::text).toList();
    }
}
