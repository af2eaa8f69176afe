package io.rebalancer.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementTest {
    private static final StorageNodeId EXCLUDED = new StorageNodeId("9.stor.example.com");
    private static final PlacementPolicy POLICY = new PlacementPolicy(90, 1000, Set.of("dc-shut"), Set.of(EXCLUDED));
    private static final StorageNode FROM = node(1, "dc1");
    private static final StorageNode OTHER_COPY = node(2, "dc2");

    @Test
    void anotherNodeInTheLeavingNodesDatacenterQualifies() {
        assertThat(choose(node(3, "dc1")).destination()).contains(node(3, "dc1"));
    }

    @Test
    void aNodeInAThirdDatacenterQualifies() {
        assertThat(choose(node(3, "dc3")).destination()).contains(node(3, "dc3"));
    }

    @Test
    void aNodeInTheDatacenterOfAnotherCopyIsRefused() {
        assertThat(choose(node(3, "dc2")).reason()).isEqualTo(Reason.OBJECT_ALREADY_IN_DATACENTER);
    }

    @Test
    void aNodeThatHoldsACopyIsRefused() {
        assertThat(choose(FROM).reason()).isEqualTo(Reason.OBJECT_ALREADY_ON_DEST_SHARK);
        assertThat(choose(OTHER_COPY).reason()).isEqualTo(Reason.OBJECT_ALREADY_ON_DEST_SHARK);
    }

    @Test
    void aNodeInABlacklistedDatacenterIsRefused() {
        assertThat(choose(node(3, "dc-shut")).refusals())
                .containsExactly(new Refusal(
                        RefusalCause.DATACENTER_EXCLUDED,
                        1,
                        List.of(node(3, "dc-shut").id())));
        assertThat(choose(node(3, "dc-shut")).reason()).isEqualTo(Reason.NO_DESTINATION);
    }

    @Test
    void aNodeThatTheOperatorExcludedIsRefused() {
        assertThat(choose(node(9, "dc3")).refusals())
                .containsExactly(new Refusal(RefusalCause.NODE_EXCLUDED, 1, List.of(EXCLUDED)));
    }

    @Test
    void aFullNodeIsSkipped() {
        StorageNode full = new StorageNode(new StorageNodeId("3.stor.example.com"), "dc3", 5000, 90);
        assertThat(choose(full).reason()).isEqualTo(Reason.DESTINATION_INSUFFICIENT_SPACE);
        assertThat(choose(full, node(4, "dc3")).destination()).contains(node(4, "dc3"));
    }

    @Test
    void aNodeBelowTheMinimumFreeSpaceIsSkipped() {
        StorageNode small = new StorageNode(new StorageNodeId("3.stor.example.com"), "dc3", 999, 10);
        assertThat(choose(small).reason()).isEqualTo(Reason.DESTINATION_INSUFFICIENT_SPACE);
    }

    @Test
    void withoutCandidatesTheReasonIsNoDestination() {
        assertThat(choose().reason()).isEqualTo(Reason.NO_DESTINATION);
        assertThat(choose().refusals()).isEmpty();
    }

    @Test
    void spacePromisedSinceTheFleetWasBuiltCounts() {
        Fleet fleet = idle(node(3, "dc3"));
        assertThat(Placement.place(object(5, FROM), FROM.location(), fleet, node -> 100_000, 1)
                        .reason())
                .isEqualTo(Reason.DESTINATION_INSUFFICIENT_SPACE);
    }

    @Test
    void everyNodeIsInTheRefusalsOfAnObjectWithoutADestination() {
        List<Destination> nodes = new ArrayList<>();
        IntStream.range(20, 25).forEach(i -> nodes.add(Destination.idle(node(i, "dc2"))));
        nodes.add(Destination.idle(node(9, "dc3")));
        nodes.add(Destination.idle(OTHER_COPY));
        nodes.add(new Destination(node(30, "dc3"), Destination.Access.CLOSED, 0, 0, 1));
        nodes.add(new Destination(node(31, "dc3"), Destination.Access.UNREACHABLE, 0, 0, 1));
        Placement.Decision decision = place(Fleet.of(nodes, POLICY), 7);
        assertThat(decision.destination()).isEmpty();
        assertThat(decision.refusals())
                .extracting(Refusal::cause, Refusal::nodes)
                .containsExactlyInAnyOrder(
                        tuple(RefusalCause.DATACENTER_HOLDS_COPY, 5),
                        tuple(RefusalCause.NODE_EXCLUDED, 1),
                        tuple(RefusalCause.HOLDS_COPY, 1),
                        tuple(RefusalCause.NOT_IN_SERVICE, 1),
                        tuple(RefusalCause.AGENT_UNREACHABLE, 1));
        assertThat(decision.reason()).isEqualTo(Reason.DESTINATION_UNREACHABLE);
        assertThat(decision.text())
                .contains("5 in a datacenter that already holds a copy (20.stor.example.com, 21.stor.example.com,"
                        + " 22.stor.example.com, ...)");
    }

    @Test
    void theOneNodeThatQualifiesAmongAThousandIsFound() {
        List<Destination> nodes = new ArrayList<>();
        IntStream.range(100, 1099).forEach(i -> nodes.add(Destination.idle(node(i, "dc2"))));
        nodes.add(Destination.idle(node(50, "dc3")));
        assertThat(place(Fleet.of(nodes, POLICY), 3).destination()).contains(node(50, "dc3"));
    }

    @Test
    void aSeedDeterminesTheDecision() {
        Fleet fleet = fleetOf(1000);
        List<StorageNode> first = draws(fleet, 200);
        assertThat(draws(fleet, 200)).isEqualTo(first);
        assertThat(Set.copyOf(first)).hasSizeGreaterThan(100);
    }

    private static List<StorageNode> draws(Fleet fleet, int count) {
        return LongStream.range(0, count)
                .mapToObj(seed -> place(fleet, seed).destination().orElseThrow())
                .toList();
    }

    /** Nodes with different space, load and penalties. */
    private static Fleet fleetOf(int count) {
        List<Destination> nodes = IntStream.range(100, 100 + count)
                .mapToObj(i -> new Destination(
                        new StorageNode(
                                new StorageNodeId(i + ".stor.example.com"), "dc3", 100_000 + 1000 * (i % 50), 40),
                        Destination.Access.REACHABLE,
                        i % 3 * 10_000,
                        i % 7,
                        i % 20 == 0 ? Penalty.FACTOR : 1))
                .toList();
        return Fleet.of(nodes, POLICY);
    }

    /** Chi-squared test: with 999 degrees of freedom, a sum above 1,142 has a chance of 1 in 1,000. */
    @Test
    void destinationsOfAThousandNodesFollowTheWeights() {
        Fleet fleet = fleetOf(1000);
        double total =
                fleet.all().stream().mapToDouble(each -> each.weight(POLICY)).sum();
        int draws = 1_000_000;
        Map<StorageNodeId, Integer> found = new HashMap<>();
        for (int seed = 0; seed < draws; seed++) {
            found.merge(place(fleet, seed).destination().orElseThrow().id(), 1, Integer::sum);
        }
        double chiSquared = 0;
        for (Destination each : fleet.all()) {
            double expected = draws * each.weight(POLICY) / total;
            double difference = found.getOrDefault(each.node().id(), 0) - expected;
            chiSquared += difference * difference / expected;
        }
        assertThat(chiSquared).isBetween(850.0, 1142.0);
    }

    @Test
    void aPenalisedNodeIsDrawnRarelyButIsTheDestinationIfNoOtherNodeQualifies() {
        Destination penalised = new Destination(node(3, "dc3"), Destination.Access.REACHABLE, 0, 0, Penalty.FACTOR);
        Fleet both = Fleet.of(List.of(penalised, Destination.idle(node(4, "dc3"))), POLICY);
        assertThat(draws(both, 1000).stream().filter(node(3, "dc3")::equals).count())
                .isBetween(1L, 30L);
        assertThat(place(Fleet.of(List.of(penalised), POLICY), 1).destination()).contains(node(3, "dc3"));
    }

    /** The number of nodes examined for an object stands for its cost. */
    @Test
    void aThousandNodesCostNoMoreThanTen() {
        assertThat(examined(1000)).isLessThanOrEqualTo(examined(10) * 1.2);
    }

    private static double examined(int nodes) {
        List<Destination> fleet = IntStream.range(100, 100 + nodes)
                .mapToObj(i -> Destination.idle(node(i, i % 2 == 0 ? "dc2" : "dc3")))
                .toList();
        Fleet halfQualifies = Fleet.of(fleet, POLICY);
        AtomicLong examined = new AtomicLong();
        CopyLocation counted = FROM.location();
        int objects = 2000;
        for (int seed = 0; seed < objects; seed++) {
            MetadataRecord object = object(5, FROM, OTHER_COPY);
            Placement.place(
                    object,
                    counted,
                    halfQualifies,
                    node -> {
                        examined.incrementAndGet();
                        return 0;
                    },
                    seed);
        }
        return (double) examined.get() / objects;
    }

    static List<Long> seeds() {
        return new Random(5).longs(500).boxed().toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aChosenNodeMeetsAllRulesAndARefusalMeansThatNoneDoes(long seed) {
        Random random = new Random(seed);
        List<StorageNode> fleet = new ArrayList<>();
        for (int number = 1; number <= 8; number++) {
            String datacenter = random.nextInt(6) == 0 ? "dc-shut" : "dc" + random.nextInt(4);
            fleet.add(new StorageNode(
                    new StorageNodeId(number + ".stor.example.com"),
                    datacenter,
                    random.nextInt(4000),
                    random.nextInt(101)));
        }
        StorageNode leaving = fleet.get(0);
        MetadataRecord object = object(random.nextInt(1 << 28), leaving, fleet.get(1 + random.nextInt(7)));
        Placement.Decision decision =
                Placement.place(object, leaving.location(), idle(fleet.toArray(StorageNode[]::new)), node -> 10, seed);
        List<StorageNode> expected =
                fleet.stream().filter(node -> allowed(object, leaving, node)).toList();
        if (expected.isEmpty()) {
            assertThat(decision.destination()).isEmpty();
            assertThat(decision.refusals().stream().mapToInt(Refusal::nodes).sum())
                    .isEqualTo(8);
        } else {
            assertThat(decision.destination().orElseThrow()).isIn(expected);
        }
    }

    /** The rules in an independent formulation. */
    private static boolean allowed(MetadataRecord object, StorageNode leaving, StorageNode node) {
        boolean holdsCopy = object.copies().contains(node.location());
        boolean spreads = node.datacenter().equals(leaving.datacenter())
                || object.copies().stream().noneMatch(copy -> copy.datacenter().equals(node.datacenter()));
        boolean open = !node.datacenter().equals("dc-shut");
        boolean roomy = node.availableMib() >= 1000
                && SpaceRules.mibFor(object.sizeBytes()) <= SpaceRules.availableMib(node, 90, 10);
        return !holdsCopy && spreads && open && roomy;
    }

    private static Placement.Decision choose(StorageNode... candidates) {
        return place(idle(candidates), 1);
    }

    private static Placement.Decision place(Fleet fleet, long seed) {
        return Placement.place(object(5, FROM, OTHER_COPY), FROM.location(), fleet, node -> 0, seed);
    }

    private static Fleet idle(StorageNode... nodes) {
        return Fleet.of(Arrays.stream(nodes).map(Destination::idle).toList(), POLICY);
    }

    private static StorageNode node(int number, String datacenter) {
        return new StorageNode(new StorageNodeId(number + ".stor.example.com"), datacenter, 5000, 50);
    }

    private static MetadataRecord object(long sizeBytes, StorageNode... copies) {
        List<CopyLocation> locations =
                List.of(copies).stream().map(StorageNode::location).toList();
        return new MetadataRecord(
                new RecordRef(1, "/o/stor/a"),
                "0A1B2C3D",
                new UUID(1, 2),
                new UUID(3, 4),
                sizeBytes,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                locations,
                "{}");
    }
}
