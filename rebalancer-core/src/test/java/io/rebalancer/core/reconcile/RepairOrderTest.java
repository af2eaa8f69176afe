package io.rebalancer.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepairOrderTest {
    private static RepairOrder order(int tasks) {
        UUID id = new UUID(1, 1);
        CopyTask task =
                new CopyTask(new RecordRef(1, "/k"), id, id, 5, new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="), List.of());
        return new RepairOrder(
                new RunToken(id, 1, 1),
                new StorageNodeId("2.stor"),
                new Assignment(
                        id, new CopyLocation("dc1", new StorageNodeId("1.stor")), Collections.nCopies(tasks, task)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void anOrderHasSomeCopies(int tasks) {
        assertThat(order(tasks).assignment().tasks()).hasSize(tasks);
        assertThat(order(tasks).addsCopies()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 101})
    void anOrderHasNeitherNoCopiesNorTooMany(int tasks) {
        assertThatThrownBy(() -> order(tasks))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an order makes 1 to 100 copies, not " + tasks);
    }
}
