package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.port.NodeInventory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

/** Reads contents on one storage node. An agent ends a request after a while, so it is repeated for the files that are left. */
final class ContentReads {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    /** Before a request that follows one without progress, as after a restart of the agent. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final NodeInventory inventory;
    private final RunScope scope;
    private final RepeatedOrders orders;
    private final Duration timeout;

    ContentReads(NodeInventory inventory, RunScope scope) {
        this(inventory, scope, TIMEOUT);
    }

    /** @param timeout how long the agent may not answer, or read nothing further */
    ContentReads(NodeInventory inventory, RunScope scope, Duration timeout) {
        this.inventory = inventory;
        this.scope = scope;
        this.orders = new RepeatedOrders(scope);
        this.timeout = timeout;
    }

    /**
     * Reads these files to their ends; the results have the same order.
     *
     * @param keys at most {@link NodeInventory#MAX_CONTENTS}, each once
     * @throws TimeoutException if the agent does not answer, or reads nothing further: its digest of a part is lost with each restart
     */
    List<ContentFacts> read(List<CopyKey> keys) throws TimeoutException {
        Map<CopyKey, ContentFacts> ended = new HashMap<>();
        List<CopyKey> left = keys;
        long position = 0;
        long progressNanos = System.nanoTime();
        while (!left.isEmpty()) {
            List<CopyKey> asked = left;
            List<ContentFacts> facts = orders.await(() -> inventory.readContents(asked), timeout);
            left = new ArrayList<>();
            for (ContentFacts each : facts) {
                if (each.ended()) {
                    ended.put(each.key(), each);
                } else {
                    left.add(each.key());
                }
            }
            long reached = facts.isEmpty() ? 0 : facts.get(0).sizeBytes();
            if (!left.equals(asked)) {
                position = 0;
                progressNanos = System.nanoTime();
            } else if (reached > position) {
                position = reached;
                progressNanos = System.nanoTime();
            } else if (System.nanoTime() - progressNanos < timeout.toNanos()) {
                scope.pause(PAUSE);
            } else {
                throw new TimeoutException("the agent has read nothing further of an object for " + timeout.toSeconds()
                        + " s; it has read " + reached + " bytes of it");
            }
        }
        return keys.stream().map(key -> Objects.requireNonNull(ended.get(key))).toList();
    }
}
