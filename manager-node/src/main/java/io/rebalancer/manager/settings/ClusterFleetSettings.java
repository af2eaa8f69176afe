package io.rebalancer.manager.settings;

import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.FleetSettingsMessage;
import io.rebalancer.cluster.message.FleetSettingsMessage.FleetSettingsAre;
import io.rebalancer.core.port.FleetSettingsService;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.SettingsChange;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.japi.function.Function;

/** Asks the owner of the settings. Both requests are idempotent, so they are repeated. */
public final class ClusterFleetSettings implements FleetSettingsService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

    private final ActorSystem<?> system;
    private final ActorRef<FleetSettingsMessage> owner;

    /** @param owner the singleton */
    public ClusterFleetSettings(ActorSystem<?> system, ActorRef<FleetSettingsMessage> owner) {
        this.system = system;
        this.owner = owner;
    }

    @Override
    public CompletionStage<Choices> get() {
        return ask(FleetSettingsMessage.GetFleetSettings::new);
    }

    @Override
    public CompletionStage<Choices> change(SettingsChange change, String by) {
        return ask(replyTo -> new FleetSettingsMessage.ChangeFleetSettings(change, by, replyTo));
    }

    private CompletionStage<Choices> ask(Function<ActorRef<FleetSettingsAre>, FleetSettingsMessage> message) {
        return RepeatedAsk.every(
                        RETRY_INTERVAL,
                        system,
                        () -> AskPattern.<FleetSettingsMessage, FleetSettingsAre>ask(
                                owner, message, ASK_TIMEOUT, system.scheduler()))
                .thenApply(FleetSettingsAre::choices);
    }
}
