package io.rebalancer.agent.node;

import io.rebalancer.agent.copy.CopyLimiter;
import io.rebalancer.agent.copy.CopyMetrics;
import io.rebalancer.agent.copy.CopyPipeline;
import io.rebalancer.agent.copy.CopyQueue;
import io.rebalancer.agent.copy.Fetcher;
import io.rebalancer.agent.copy.SourceTopology;
import io.rebalancer.agent.copy.Sources;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyLimits;
import org.apache.pekko.actor.typed.ActorSystem;

/** The parts that make copies: limiter, sources, pipeline, and the queues in front of it. */
final class CopyModule {
    private final CopyLimiter limiter;
    private final Sources sources;
    private final CopyQueue.Factory queues;

    CopyModule(ActorSystem<?> system, AgentSettings settings, ObjectStore store, CopyMetrics metrics) {
        this.limiter = new CopyLimiter(system, settings.limits(), settings.adaptive());
        this.sources = new Sources(system, new SourceTopology(settings.sources()), limiter);
        Fetcher fetcher = new Fetcher(system, settings.sources(), store, sources, limiter);
        this.queues = CopyQueue.factory(
                new CopyPipeline(system, store, fetcher, limiter, metrics),
                store,
                settings.maxAssignments(),
                BlockingExecutor.on(system, Dispatchers.DISK).executor(),
                metrics);
    }

    CopyLimiter limiter() {
        return limiter;
    }

    Sources sources() {
        return sources;
    }

    CopyQueue.Factory queues() {
        return queues;
    }

    void applyLimits(CopyLimits limits) {
        limiter.setLimits(limits);
        sources.applyLimits();
    }
}
