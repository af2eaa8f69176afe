package io.rebalancer.http.v1.plans;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.DestinationShare;
import io.rebalancer.core.plan.DurationBand;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.PlannedMoves;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.plan.ShardShare;
import io.rebalancer.core.plan.UnmovableRecords;
import io.rebalancer.core.settings.Window;
import io.rebalancer.core.text.StableWord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A plan, as far as it is computed.
 *
 * @param storageNodes the nodes that are emptied
 * @param maxObjects the maximum number of objects of a job, or 0 for all
 * @param whatIf whether the plan is about a fleet that does not exist, so no job can be created from it
 * @param scenario how the fleet differs, and the seed that repeats the plan
 * @param state {@code RUNNING}, {@code READY} or {@code FAILED}
 * @param endedAt absent while the plan is RUNNING
 * @param expiresAt when the plan is forgotten; absent while it is RUNNING
 * @param note why the plan failed, what it waits for, or what limits it; absent if there is nothing to note
 * @param found what it has found so far
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record PlanView(
        UUID id,
        List<String> storageNodes,
        long maxObjects,
        boolean whatIf,
        ScenarioView scenario,
        String state,
        Instant createdAt,
        Optional<Instant> endedAt,
        Optional<Instant> expiresAt,
        Optional<String> note,
        Found found) {

    /**
     * How the fleet of the plan differs from the recorded one.
     *
     * @param maxFillPercent the fill ceiling; absent for that of the settings
     * @param seed a plan with this seed over equal records and an equal fleet has equal results
     * @param window when the job works; absent if it works at any time
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record ScenarioView(
            List<String> lostDatacenters, OptionalInt maxFillPercent, OptionalLong seed, Optional<String> window) {
        static ScenarioView of(Scenario scenario) {
            return new ScenarioView(
                    scenario.lostDatacenters().stream().sorted().toList(),
                    scenario.maxFillPercent(),
                    scenario.seed(),
                    scenario.window().map(Window::text));
        }
    }

    /**
     * What the plan has found so far.
     *
     * @param records metadata records that name the nodes, also those that could not be moved
     * @param objects objects that would be copied
     * @param bytes content bytes of these objects
     * @param peakFillPercent the fill of the fullest listed destination afterwards; absent if no fill is known
     * @param destinations the one with the most bytes first
     * @param unlistedDestinations further destinations
     * @param unmovable the records that could not be moved, by reason
     * @param objectsBelowTwoCopies objects with fewer than two copies outside the lost datacenters before anything is moved; absent
     *     without lost datacenters
     * @param shards the records of each metadata shard
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Found(
            long records,
            long objects,
            long bytes,
            Optional<Integer> peakFillPercent,
            ViolationsView violations,
            List<DestinationView> destinations,
            int unlistedDestinations,
            List<UnmovableView> unmovable,
            OptionalLong objectsBelowTwoCopies,
            List<ShardShare> shards,
            DurationView duration) {}

    /**
     * What the plan would do against the rules of placement and of failure domains.
     *
     * @param objectsInOtherDatacenter objects that would change their datacenter
     * @param objectsSharingDatacenter objects with two copies in one datacenter afterwards
     * @param destinationsAboveCeiling destinations that would be filled above the fill ceiling
     */
    record ViolationsView(long objectsInOtherDatacenter, long objectsSharingDatacenter, int destinationsAboveCeiling) {}

    /**
     * A destination. The fill is absent if storinfo's report does not determine it.
     *
     * @param usedMibBefore MiB that are used, at most 1 % of the disk too much
     * @param usedMibAfter the same with the objects of the plan, each rounded up to whole MiB
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record DestinationView(
            String storageNode,
            String datacenter,
            long objects,
            long bytes,
            Optional<Integer> fillPercentBefore,
            Optional<Integer> fillPercentAfter,
            Optional<Long> usedMibBefore,
            Optional<Long> usedMibAfter) {

        static DestinationView of(DestinationShare share) {
            return new DestinationView(
                    share.destination().storageNode().text(),
                    share.destination().datacenter(),
                    share.objects(),
                    share.bytes(),
                    share.fill().map(DestinationShare.Fill::before),
                    share.fill().map(DestinationShare.Fill::after),
                    share.fill().map(DestinationShare.Fill::usedMib),
                    share.fill().map(fill -> fill.usedMib() + share.mib()));
        }
    }

    /**
     * Records that could not be moved, for the same reason.
     *
     * @param reason a stable word, such as {@code no_destination}
     * @param retryClass {@code transient}, {@code pressure} or {@code permanent}
     */
    record UnmovableView(String reason, String retryClass, long records, List<ExampleView> examples) {
        static UnmovableView of(UnmovableRecords left) {
            return new UnmovableView(
                    StableWord.of(left.reason()),
                    StableWord.of(left.reason().retryClass()),
                    left.records(),
                    left.examples().stream().map(ExampleView::of).toList());
        }
    }

    /** One of these records. */
    record ExampleView(int shard, String key, String detail) {
        static ExampleView of(UnmovedRecord record) {
            return new ExampleView(record.record().shard(), record.record().key(), record.detail());
        }
    }

    /**
     * How long the job may take.
     *
     * @param shortestSeconds absent if no rate is known
     * @param longestSeconds absent if no rate is known
     * @param basis where the rates come from, or why none is known
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record DurationView(Optional<Long> shortestSeconds, Optional<Long> longestSeconds, String basis) {
        static DurationView of(DurationBand band) {
            return new DurationView(
                    band.shortest().map(Duration::toSeconds), band.longest().map(Duration::toSeconds), band.basis());
        }
    }

    static PlanView of(PlanReport plan) {
        return new PlanView(
                plan.id(),
                plan.order().leaving().stream()
                        .map(CopyLocation::storageNode)
                        .map(StorageNodeId::text)
                        .toList(),
                plan.order().maxRecords(),
                plan.order().isWhatIf(),
                ScenarioView.of(plan.order().scenario()),
                plan.progress().state().name(),
                plan.createdAt(),
                plan.endedAt(),
                plan.expiresAt(),
                Optional.of(plan.progress().note()).filter(note -> !note.isEmpty()),
                found(plan));
    }

    private static Found found(PlanReport plan) {
        PlannedMoves moves = plan.progress().moves();
        return new Found(
                moves.records(),
                moves.objects(),
                moves.bytes(),
                moves.peakFillPercent(),
                new ViolationsView(moves.otherDatacenter(), moves.sharedDatacenter(), moves.aboveCeiling()),
                moves.destinations().stream().map(DestinationView::of).toList(),
                moves.unlisted(),
                plan.progress().unmovable().stream().map(UnmovableView::of).toList(),
                plan.progress().belowTwoCopies(),
                moves.shards(),
                DurationView.of(plan.duration()));
    }
}
