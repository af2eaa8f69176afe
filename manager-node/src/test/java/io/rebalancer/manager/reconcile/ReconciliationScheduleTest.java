package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.RunCommand;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rule that one run at a time compares a storage node, over runs that only keep their state. */
@Tag("slow")
class ReconciliationScheduleTest extends ScheduleFixture {
    @Test
    void oneRunAtATimeComparesANode() {
        UUID first = UUID.randomUUID();
        assertThat(register(first, false, ONE, TWO)).isEqualTo(new ScheduleMessage.RunRegistered(first));
        assertThat(register(first, false, ONE, TWO)).as("repeated").isEqualTo(new ScheduleMessage.RunRegistered(first));
        assertThat(register(UUID.randomUUID(), false, TWO)).isEqualTo(new ScheduleMessage.NodeBusy(first, TWO));
        UUID other = UUID.randomUUID();
        assertThat(register(other, false, new StorageNodeId("3.stor")))
                .isEqualTo(new ScheduleMessage.RunRegistered(other));
        assertThat(awaitOrder(first).number()).isEqualTo(1);
        assertThat(awaitOrder(other).number()).isEqualTo(2);
    }

    /** The report of the end is a single message, which may be lost. */
    @Test
    void theEndOfARunIsSeenWithoutItsReport() {
        UUID first = UUID.randomUUID();
        register(first, false, ONE);
        awaitOrder(first);
        change(first.toString(), new RunCommand.Abort(AbortReason.CANCELED, "ann"));
        UUID next = UUID.randomUUID();
        await().atMost(TIMEOUT).until(() -> register(next, false, ONE).equals(new ScheduleMessage.RunRegistered(next)));
        assertThat(register(first, false, ONE))
                .as("an ended run does not begin again")
                .isEqualTo(new ScheduleMessage.RunRegistered(first));
        assertThat(awaitOrder(next).number()).isEqualTo(2);
    }

    @Test
    void aRunKnowsTheRootsThatEarlierRunsSaw() {
        UUID first = UUID.randomUUID();
        register(first, false, ONE);
        assertThat(awaitOrder(first).roots()).isEmpty();
        finish(first, compared(ONE, Map.of()));
        UUID second = UUID.randomUUID();
        awaitRegistered(second, false);
        assertThat(awaitOrder(second).roots()).isEqualTo(Map.of(ONE, "root of " + ONE));
        finish(second, compared(ONE, Map.of()), compared(TWO, Map.of()));
        UUID third = UUID.randomUUID();
        awaitRegistered(third, true);
        assertThat(awaitOrder(third).roots()).isEmpty();
    }

    private void awaitRegistered(UUID id, boolean acceptRoots) {
        await().atMost(TIMEOUT)
                .until(() -> register(id, acceptRoots, ONE, TWO).equals(new ScheduleMessage.RunRegistered(id)));
    }

    /** The manager that registered a run may crash before it starts the run. */
    @Test
    void aRunIsCreatedAgainAndAgainUntilItEnds() {
        UUID first = UUID.randomUUID();
        register(first, false, ONE);
        await().atMost(TIMEOUT).until(() -> created.get() >= 3);
        assertThat(awaitOrder(first).number()).isEqualTo(1);
    }
}
