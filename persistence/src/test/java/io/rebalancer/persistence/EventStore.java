package io.rebalancer.persistence;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.registry.RegistryState;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * Stores events and recovers a state as an entity does, from the latest snapshot and later events. It takes a snapshot after
 * 200 events, and reports each state that it recovered.
 */
public final class EventStore<E, S> extends EventSourcedBehavior<List<E>, E, S> {
    public static final int SNAPSHOT_EVERY = 200;

    private final S empty;
    private final BiFunction<S, E, S> apply;
    private final ActorRef<S> recovered;

    private EventStore(PersistenceId id, S empty, BiFunction<S, E, S> apply, ActorRef<S> recovered) {
        super(id);
        this.empty = empty;
        this.apply = apply;
        this.recovered = recovered;
    }

    public static Behavior<List<JobEvent>> ofJob(UUID jobId, ActorRef<JobState> recovered) {
        return new EventStore<>(PersistentEntities.evacuateJob(jobId), JobState.EMPTY, JobState::apply, recovered);
    }

    public static Behavior<List<RegistryEvent>> ofRegistry(ActorRef<RegistryState> recovered) {
        return new EventStore<>(
                PersistenceId.ofUniqueId(Entities.JOB_REGISTRY_ID),
                RegistryState.EMPTY,
                RegistryState::apply,
                recovered);
    }

    @Override
    public S emptyState() {
        return empty;
    }

    @Override
    public CommandHandler<List<E>, E, S> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onAnyCommand(events -> Effect().persist(events));
    }

    @Override
    public EventHandler<S, E> eventHandler() {
        return apply::apply;
    }

    @Override
    public SignalHandler<S> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), recovered::tell)
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
