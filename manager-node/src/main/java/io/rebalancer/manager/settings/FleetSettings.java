package io.rebalancer.manager.settings;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.PersistentEntities;
import io.rebalancer.cluster.message.FleetSettingsMessage;
import io.rebalancer.cluster.message.FleetSettingsMessage.FleetSettingsAre;
import io.rebalancer.core.settings.FleetSettingsEvent;
import io.rebalancer.core.settings.FleetSettingsState;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** The owner of the fleet's settings; a cluster singleton. Each manager has a {@link FleetSettingsReplica}, which learns them. */
public final class FleetSettings
        extends EventSourcedBehavior<FleetSettingsMessage, FleetSettingsEvent, FleetSettingsState> {
    private static final PersistenceId ID = PersistenceId.ofUniqueId(Entities.FLEET_SETTINGS_ID);
    private static final int SNAPSHOT_EVERY = 100;

    private record SubscriberGone(ActorRef<FleetSettingsAre> subscriber) implements FleetSettingsMessage {}

    private final ActorContext<FleetSettingsMessage> context;
    private final Clock clock;
    /** Replicas of managers, which repeat their subscription: as many as there are managers. */
    private final Set<ActorRef<FleetSettingsAre>> subscribers = new HashSet<>();

    /** @param clock the time of the changes */
    public static Behavior<FleetSettingsMessage> create(Clock clock) {
        return Behaviors.setup(context -> new FleetSettings(context, clock));
    }

    private FleetSettings(ActorContext<FleetSettingsMessage> context, Clock clock) {
        super(ID, PersistentEntities.restart());
        this.context = context;
        this.clock = clock;
    }

    @Override
    public FleetSettingsState emptyState() {
        return FleetSettingsState.EMPTY;
    }

    @Override
    public CommandHandler<FleetSettingsMessage, FleetSettingsEvent, FleetSettingsState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(FleetSettingsMessage.ChangeFleetSettings.class, this::onChange)
                .onCommand(FleetSettingsMessage.GetFleetSettings.class, this::onGet)
                .onCommand(FleetSettingsMessage.WatchFleetSettings.class, this::onWatch)
                .onCommand(SubscriberGone.class, (settings, gone) -> onGone(gone))
                .build();
    }

    private Effect<FleetSettingsEvent, FleetSettingsState> onChange(
            FleetSettingsState settings, FleetSettingsMessage.ChangeFleetSettings order) {
        if (settings.choices().include(order.change())) {
            return Effect()
                    .none()
                    .thenRun((FleetSettingsState same) -> order.replyTo().tell(are(same)));
        }
        return Effect()
                .persist(new FleetSettingsEvent.FleetSettingsChanged(order.change(), order.by(), clock.instant()))
                .thenRun((FleetSettingsState stored) -> {
                    context.getLog()
                            .info(
                                    "settings of the fleet changed by {}: {}",
                                    order.by(),
                                    order.change().text());
                    subscribers.forEach(each -> each.tell(are(stored)));
                    order.replyTo().tell(are(stored));
                });
    }

    private Effect<FleetSettingsEvent, FleetSettingsState> onGet(
            FleetSettingsState settings, FleetSettingsMessage.GetFleetSettings get) {
        return Effect()
                .none()
                .thenRun((FleetSettingsState same) -> get.replyTo().tell(are(same)));
    }

    private Effect<FleetSettingsEvent, FleetSettingsState> onWatch(
            FleetSettingsState settings, FleetSettingsMessage.WatchFleetSettings watch) {
        return Effect().none().thenRun((FleetSettingsState same) -> {
            if (subscribers.add(watch.subscriber())) {
                context.watchWith(watch.subscriber(), new SubscriberGone(watch.subscriber()));
            }
            if (watch.known() != lastSequenceNumber(context)) {
                watch.subscriber().tell(are(same));
            }
        });
    }

    private Effect<FleetSettingsEvent, FleetSettingsState> onGone(SubscriberGone gone) {
        subscribers.remove(gone.subscriber());
        return Effect().none();
    }

    private FleetSettingsAre are(FleetSettingsState settings) {
        return new FleetSettingsAre(lastSequenceNumber(context), settings.choices());
    }

    @Override
    public EventHandler<FleetSettingsState, FleetSettingsEvent> eventHandler() {
        return FleetSettingsState::apply;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(SNAPSHOT_EVERY, 2);
    }
}
