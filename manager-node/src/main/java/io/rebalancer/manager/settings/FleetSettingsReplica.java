package io.rebalancer.manager.settings;

import io.rebalancer.cluster.message.FleetSettingsMessage;
import io.rebalancer.cluster.message.FleetSettingsMessage.FleetSettingsAre;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Keeps {@link CurrentFleetSettings} up to date: it repeats its subscription, because the owner may have moved. */
public final class FleetSettingsReplica {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Messages to the replica. */
    public sealed interface Command {}

    private enum Subscribe implements Command {
        INSTANCE
    }

    private record Learned(FleetSettingsAre settings) implements Command {}

    private final ActorRef<FleetSettingsMessage> owner;
    private final CurrentFleetSettings current;
    private final ActorRef<FleetSettingsAre> learned;
    private long revision = -1;

    /**
     * @param owner the singleton
     * @param current is kept up to date
     */
    public static Behavior<Command> create(ActorRef<FleetSettingsMessage> owner, CurrentFleetSettings current) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(Subscribe.INSTANCE, Duration.ZERO, INTERVAL);
            return new FleetSettingsReplica(
                            owner, current, context.messageAdapter(FleetSettingsAre.class, Learned::new))
                    .behavior();
        }));
    }

    private FleetSettingsReplica(
            ActorRef<FleetSettingsMessage> owner, CurrentFleetSettings current, ActorRef<FleetSettingsAre> learned) {
        this.owner = owner;
        this.current = current;
        this.learned = learned;
    }

    private Behavior<Command> behavior() {
        return Behaviors.receive(Command.class)
                .onMessage(Subscribe.class, tick -> {
                    owner.tell(new FleetSettingsMessage.WatchFleetSettings(revision, learned));
                    return Behaviors.same();
                })
                .onMessage(Learned.class, message -> {
                    revision = message.settings().revision();
                    current.update(message.settings().choices());
                    return Behaviors.same();
                })
                .build();
    }
}
