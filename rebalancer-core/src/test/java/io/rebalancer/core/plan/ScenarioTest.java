package io.rebalancer.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The copies that a scenario leaves of an object. */
class ScenarioTest {
    private static final CopyLocation ONE = new CopyLocation("dc1", new StorageNodeId("1.stor"));
    private static final CopyLocation TWO = new CopyLocation("dc2", new StorageNodeId("2.stor"));

    private static Scenario lost(String... datacenters) {
        return new Scenario(Set.of(datacenters), OptionalInt.empty(), OptionalLong.empty(), Optional.empty());
    }

    @Test
    void copiesInALostDatacenterDoNotRemain() {
        assertThat(lost("dc2").remaining(List.of(ONE, TWO))).containsExactly(ONE);
        assertThat(lost("dc1", "dc2").remaining(List.of(ONE, TWO))).isEmpty();
        assertThat(lost("dc3").remaining(List.of(ONE, TWO))).containsExactly(ONE, TWO);
        assertThat(Scenario.NONE.remaining(List.of(ONE, TWO))).containsExactly(ONE, TWO);
    }

    /** A record may list a node twice; that is one copy. */
    @Test
    void aCopyThatIsListedTwiceRemainsOnce() {
        assertThat(lost("dc2").remaining(List.of(ONE, ONE, TWO))).containsExactly(ONE);
    }
}
