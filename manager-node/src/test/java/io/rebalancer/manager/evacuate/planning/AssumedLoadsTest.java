package io.rebalancer.manager.evacuate.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.StorageNodeId;
import org.junit.jupiter.api.Test;

/** The oldest assignments end when there are more than a job may have. */
class AssumedLoadsTest {
    private static final StorageNodeId ONE = new StorageNodeId("1.stor");
    private static final StorageNodeId TWO = new StorageNodeId("2.stor");

    @Test
    void theOldestAssignmentsEndFirst() {
        int[] most = {3};
        AssumedLoads loads = new AssumedLoads(() -> most[0]);
        assertThat(loads.of(ONE)).isZero();
        loads.add(ONE);
        loads.add(ONE);
        loads.add(TWO);
        assertThat(loads.of(ONE)).isEqualTo(2);
        loads.add(TWO);
        assertThat(loads.of(ONE)).isEqualTo(1);
        assertThat(loads.of(TWO)).isEqualTo(2);
        most[0] = 1;
        loads.add(TWO);
        assertThat(loads.of(ONE)).isZero();
        assertThat(loads.of(TWO)).isEqualTo(1);
    }
}
