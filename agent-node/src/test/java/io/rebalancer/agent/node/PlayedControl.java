package io.rebalancer.agent.node;

import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.port.AgentControl;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Limits and gate without an engine. It has fetched from 600 sources; the last ones fail most often. */
final class PlayedControl implements AgentControl {
    static final CopyLimits INITIAL = new CopyLimits(0, 0, 8, 4, 0, 95);

    private CopyLimits limits = INITIAL;
    /** Why nothing can be stored; empty if it can. */
    Optional<RuntimeException> failure = Optional.empty();

    @Override
    public CompletionStage<AgentStatus> status() {
        List<Source> sources = IntStream.range(0, 600)
                .mapToObj(number -> new Source(number + ".stor.example.com", 0, 1, number, false))
                .toList();
        return CompletableFuture.completedFuture(
                new AgentStatus("1.stor.d", "os", CopyGate.OPEN, limits, 8, 0, 0, 0, 5, sources, 0));
    }

    @Override
    public CompletionStage<CopyLimits> change(LimitsChange change) {
        if (failure.isPresent()) {
            return CompletableFuture.failedFuture(failure.get());
        }
        try {
            limits = change.applyTo(limits);
            return CompletableFuture.completedFuture(limits);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new LimitsRefused(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public CompletionStage<GateStatus> setGate(CopyGate gate) {
        return CompletableFuture.completedFuture(new GateStatus(gate, false, 3));
    }
}
