package io.rebalancer.agent.node;

import io.rebalancer.agent.inventory.InventoryRequests;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.InventorySettings;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;

/** What reconciliation runs ask and order. */
final class InventoryModule {
    private final InventoryRequests requests;

    /** @throws IOException if the data directory is not usable */
    InventoryModule(
            ActorSystem<?> system,
            AgentSettings settings,
            InventorySettings limits,
            StoreModule store,
            CopyModule copies)
            throws IOException {
        this.requests = InventoryRequests.open(settings, limits, store.store(), copies.engine());
        CoordinatedShutdown.get(system)
                .addTask(
                        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(),
                        "end-inventory",
                        () -> CompletableFuture.supplyAsync(this::close));
    }

    private Done close() {
        requests.close();
        return Done.getInstance();
    }

    InventoryRequests requests() {
        return requests;
    }
}
