package io.rebalancer.manager.reconcile;

import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Repeats orders to agents, and writes, until each is answered. One may arrive twice, so it must be idempotent. */
final class RepeatedOrders {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final RunScope scope;

    RepeatedOrders(RunScope scope) {
        this.scope = scope;
    }

    /**
     * The answer to an order.
     *
     * @param giveUp time after which an agent that does not answer is given up
     * @throws TimeoutException if there was no answer; the agent may have carried the order out
     */
    <T> T await(Supplier<CompletionStage<T>> order, Duration giveUp) throws TimeoutException {
        return await(order, giveUp, fault -> fault.is(AgentUnavailable.class));
    }

    /**
     * The answer to a write.
     *
     * @param giveUp time after which the database is given up
     * @throws TimeoutException if every attempt failed; the write may be stored
     */
    <T> T awaitStored(Supplier<CompletionStage<T>> write, Duration giveUp) throws TimeoutException {
        return await(write, giveUp, fault -> true);
    }

    private <T> T await(Supplier<CompletionStage<T>> order, Duration giveUp, Predicate<RunFault> mayPass)
            throws TimeoutException {
        long end = System.nanoTime() + giveUp.toNanos();
        while (true) {
            try {
                return scope.await(order.get(), giveUp);
            } catch (RunFault fault) {
                if (!mayPass.test(fault)) {
                    throw fault;
                }
                if (System.nanoTime() - end >= 0) {
                    throw new TimeoutException(fault.reason());
                }
                scope.pause(PAUSE);
            }
        }
    }
}
