package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService.View;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ShardCoverage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A run: what was read of each metadata shard, and what was found or repaired on each storage node. It names no owner and no
 * object.
 *
 * @param activity what the run does or waits for now; absent if it has ended
 * @param epoch 1 for the first incarnation of the run, one more each time a manager takes it over
 * @param abort why the run ended early; absent unless it did
 * @param endedAt absent while the run works
 * @param left storage nodes that are not done
 * @param metadata what was read of the metadata
 * @param results what was found and repaired
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
        @JsonUnwrapped MetadataView metadata,
        @JsonUnwrapped ResultsView results) {

    /**
     * What the run is to do.
     *
     * @param plan the run whose plan is carried out; absent unless the mode is {@code act}, as the following
     * @param classes the classes of repairs that are carried out
     * @param quarantineOn the storage nodes on which files may be moved into quarantine
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Order(
            long number,
            String mode,
            List<String> nodes,
            Optional<UUID> plan,
            Optional<List<String>> classes,
            Optional<List<String>> quarantineOn,
            String orderedBy) {
        static Order of(RunOrder order) {
            return new Order(
                    order.number(),
                    order.mode().word(),
                    texts(order.nodes()),
                    order.planId(),
                    order.repairs()
                            .map(repairs -> repairs.classes().stream()
                                    .sorted()
                                    .map(Repair::word)
                                    .toList()),
                    order.repairs().map(repairs -> texts(repairs.quarantineOn())),
                    order.orderedBy());
        }
    }

    /**
     * What was read of the metadata.
     *
     * @param metadataComplete whether every row of every shard was read; only then can a file be an orphan
     * @param shards empty until all shards are read, and for a run that carries out a plan
     */
    record MetadataView(boolean metadataComplete, List<ShardView> shards) {
        static MetadataView of(RunState state) {
            return new MetadataView(
                    state.metadataComplete(),
                    state.shards().stream().map(ShardView::of).toList());
        }
    }

    /**
     * What was found and repaired.
     *
     * @param nodes storage nodes that are compared
     * @param plan what a finished plan allows now; absent for other runs
     * @param repairs storage nodes that are repaired; absent unless the mode is {@code act}
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record ResultsView(List<NodeReportView> nodes, Optional<PlanView> plan, Optional<List<NodeRepairsView>> repairs) {
        static ResultsView of(RunState state, Instant now) {
            return new ResultsView(
                    state.reports().values().stream().map(NodeReportView::of).toList(),
                    PlanView.of(state, now),
                    state.order()
                            .filter(order -> order.mode() == RunMode.ACT)
                            .map(order -> state.repairs().values().stream()
                                    .map(NodeRepairsView::of)
                                    .toList()));
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

    /** @param now when the view is made: a plan is usable for a time only */
    static RunView of(View view, Instant now) {
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
                MetadataView.of(state),
                ResultsView.of(state, now));
    }

    private static List<String> texts(List<StorageNodeId> nodes) {
        return nodes.stream().map(StorageNodeId::text).toList();
    }
}
