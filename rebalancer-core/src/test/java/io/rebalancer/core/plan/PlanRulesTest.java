package io.rebalancer.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.storage.StorageNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The comparison of fleets, the figures it rests on, and the band of durations. */
class PlanRulesTest {
    private static final StorageNodeId ONE = new StorageNodeId("1.stor");
    private static final StorageNodeId TWO = new StorageNodeId("2.stor");
    private static final StorageNodeId THREE = new StorageNodeId("3.stor");
    private static final Map<StorageNodeId, Long> PLANNED = Map.of(TWO, 60L, THREE, 40L);
    private static final FleetFigures THEN = figures(Map.of(TWO, 100L, THREE, 100L), 1000);

    private static FleetFigures figures(Map<StorageNodeId, Long> spare, long used) {
        return new FleetFigures(spare, OptionalLong.of(used));
    }

    private static List<String> changes(FleetFigures now) {
        return PlanRules.changes(PLANNED, THEN, now, PlanTolerance.DEFAULT);
    }

    @Test
    void theSameFleetHasNotChanged() {
        assertThat(changes(THEN)).isEmpty();
        assertThat(PlanRules.changes(Map.of(), THEN, figures(Map.of(), 1000), PlanTolerance.DEFAULT))
                .isEmpty();
    }

    @Test
    void lessSpaceIsNoChangeWhileThePlanFits() {
        assertThat(changes(figures(Map.of(TWO, 60L, THREE, 40L), 1000))).isEmpty();
    }

    @Test
    void spaceThatIsGoneCountsUpToTheTolerance() {
        assertThat(changes(figures(Map.of(TWO, 55L, THREE, 40L), 1000))).isEmpty();
        assertThat(changes(figures(Map.of(TWO, 54L, THREE, 40L), 1000)))
                .singleElement()
                .asString()
                .contains("6 of 100 planned MiB", "2.stor", "5 %")
                .doesNotContain("3.stor");
    }

    @Test
    void aDestinationThatLeftIsNamed() {
        assertThat(changes(figures(Map.of(TWO, 900L), 1000)))
                .singleElement()
                .asString()
                .contains("40 of 100", "3.stor");
    }

    @Test
    void theUsedSpaceMayChangeUpToTheTolerance() {
        assertThat(changes(figures(THEN.spareMib(), 1050))).isEmpty();
        assertThat(changes(figures(THEN.spareMib(), 950))).isEmpty();
        assertThat(changes(figures(THEN.spareMib(), 1051)))
                .singleElement()
                .asString()
                .contains("1051 MiB");
        assertThat(changes(figures(THEN.spareMib(), 949))).hasSize(1);
        assertThat(changes(new FleetFigures(THEN.spareMib(), OptionalLong.empty())))
                .isEmpty();
    }

    @Test
    void theFiguresFollowTheRulesOfPlacement() {
        StorageNode leaving = new StorageNode(ONE, "dc1", 1000, 50);
        StorageNode open = new StorageNode(TWO, "dc1", 9000, 10);
        StorageNode excluded = new StorageNode(THREE, "dc1", 9000, 10);
        FleetFigures figures = FleetFigures.of(
                new CopyLocation("dc1", ONE),
                List.of(leaving, open, excluded),
                List.of(),
                Map.of(TWO, new NodePromise(TWO, 500, 1)),
                new PlacementPolicy(30, 0, Set.of(), Set.of(THREE)));
        assertThat(figures).isEqualTo(figures(Map.of(TWO, 1500L), 1000));
    }

    @Test
    void aDestinationAboveTheCeilingIsRecognised() {
        StorageNode node = new StorageNode(TWO, "dc1", 9000, 10);
        CopyLocation location = node.location();
        DestinationShare within = DestinationShare.of(location, 1, 1, 2000, Optional.of(node));
        assertThat(within.fill()).contains(new DestinationShare.Fill(10, 30, 1000));
        assertThat(within.isAbove(30)).isFalse();
        assertThat(DestinationShare.of(location, 1, 1, 2001, Optional.of(node)).isAbove(30))
                .isTrue();
        assertThat(DestinationShare.of(location, 1, 1, 1, Optional.of(new StorageNode(TWO, "dc1", 0, 100)))
                        .fill())
                .isEmpty();
    }
}
