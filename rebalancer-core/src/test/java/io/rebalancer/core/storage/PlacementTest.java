package io.rebalancer.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementTest {
    private static final PlacementPolicy POLICY = new PlacementPolicy(90, 1000, Set.of("dc-shut"));
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
        assertThat(choose(node(3, "dc2")).refusal()).contains(Reason.OBJECT_ALREADY_IN_DATACENTER);
    }

    @Test
    void aNodeThatHoldsACopyIsRefused() {
        assertThat(choose(FROM).refusal()).contains(Reason.OBJECT_ALREADY_ON_DEST_SHARK);
        assertThat(choose(OTHER_COPY).refusal()).contains(Reason.OBJECT_ALREADY_ON_DEST_SHARK);
    }

    @Test
    void aNodeInABlacklistedDatacenterIsRefused() {
        assertThat(choose(node(3, "dc-shut")).refusal()).contains(Reason.NO_DESTINATION);
    }

    @Test
    void aFullNodeIsSkipped() {
        StorageNode full = new StorageNode(new StorageNodeId("3.stor.example.com"), "dc3", 5000, 90);
        assertThat(choose(full).refusal()).contains(Reason.DESTINATION_INSUFFICIENT_SPACE);
        assertThat(choose(full, node(4, "dc3")).destination()).contains(node(4, "dc3"));
    }

    @Test
    void aNodeBelowTheMinimumFreeSpaceIsSkipped() {
        StorageNode small = new StorageNode(new StorageNodeId("3.stor.example.com"), "dc3", 999, 10);
        assertThat(choose(small).refusal()).contains(Reason.DESTINATION_INSUFFICIENT_SPACE);
    }

    @Test
    void withoutCandidatesTheReasonIsNoDestination() {
        assertThat(choose().refusal()).contains(Reason.NO_DESTINATION);
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
        Collections.shuffle(fleet, random);
        Placement.Choice choice = Placement.choose(object, leaving.location(), fleet, node -> 10, POLICY);
        Optional<StorageNode> expected =
                fleet.stream().filter(node -> allowed(object, leaving, node)).findFirst();
        assertThat(choice.destination()).isEqualTo(expected);
        assertThat(choice.refusal().isPresent()).isEqualTo(expected.isEmpty());
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

    private static Placement.Choice choose(StorageNode... candidates) {
        return Placement.choose(object(5, FROM, OTHER_COPY), FROM.location(), List.of(candidates), node -> 0, POLICY);
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
