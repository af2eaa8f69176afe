package io.rebalancer.manager.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.cluster.message.ScheduleMessage;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.ReconciliationService;
import io.rebalancer.core.port.ReconciliationService.RunRefused;
import io.rebalancer.core.port.StorageNodeService;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.storage.FleetNode;
import io.rebalancer.core.storage.StorageNode;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Orders of runs over the largest fleet, and the refusal of larger ones. */
@Tag("slow")
class LargeFleetTest extends RunFixture {
    private static List<StorageNodeId> fleet(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> new StorageNodeId((i + 1) + ".stor.example.com"))
                .sorted()
                .toList();
    }

    /** Orders a run over a whole fleet. */
    private CompletableFuture<UUID> begin(int size) {
        StorageNodeService services = (StorageNodeService) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {StorageNodeService.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("fleet")) {
                        return CompletableFuture.completedFuture(fleet(size).stream()
                                .map(node -> new FleetNode(new StorageNode(node, "dc1", 1000, 10), true))
                                .toList());
                    }
                    throw new AssertionError("an order calls " + method);
                });
        ReconciliationService service = new ClusterReconciliation(
                kit.system(),
                schedule.getRef(),
                services,
                node -> Optional.ofNullable(nodes.get(node)).orElseThrow(),
                findings,
                () -> true,
                clock);
        return service.begin(new ReconciliationService.NewRun(id, RunMode.OBSERVE, List.of(), false, false, "ann"))
                .toCompletableFuture();
    }

    @Test
    void aFleetThatIsTooLargeIsRefusedBeforeTheRunExists() {
        assertThatThrownBy(() -> begin(RunOrder.MAX_NODES + 1).join())
                .hasCauseInstanceOf(RunRefused.class)
                .hasMessageContaining("a run compares at most 5000 storage nodes, not 5001; order several runs");
        var unused = begin(RunOrder.MAX_NODES);
        assertThat(schedule.expectMessageClass(ScheduleMessage.RegisterRun.class, TIMEOUT)
                        .nodes())
                .as("the first message to the schedule")
                .hasSize(RunOrder.MAX_NODES);
    }
}
