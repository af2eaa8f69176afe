package io.rebalancer.manager.evacuate;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.telemetry.AssignmentTraces;
import io.rebalancer.cluster.telemetry.LegacyMetrics;
import io.rebalancer.manager.agents.ClusterAgentGateway;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Clock;
import java.util.Map;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.stream.javadsl.Source;

/** Actor systems and settings of the tests: the shipped defaults but for what a test says. */
final class TestSettings {
    private static final String LOOPBACK = """
            pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
            pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
            """;

    private TestSettings() {}

    static ActorTestKit kit(String name) {
        return ActorTestKit.create(name, SettingsFile.over(ConfigFactory.parseString(LOOPBACK)));
    }

    static EvacuateSettings evacuate(String overrides) {
        return EvacuateSettings.from(SettingsFile.over(ConfigFactory.parseString(overrides)));
    }

    private static final class NoEvents implements EventsByPersistenceIdQuery, CurrentEventsByPersistenceIdQuery {
        @Override
        public Source<EventEnvelope, NotUsed> eventsByPersistenceId(String id, long from, long to) {
            return Source.never();
        }

        @Override
        public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(String id, long from, long to) {
            return Source.empty();
        }
    }

    /** A lease that was just proven. */
    static Lease held() {
        Lease lease = new Lease(System::nanoTime);
        lease.proven(lease.now());
        return lease;
    }

    static JobContext parts(ActorSystem<?> system, RecordsInMemory tier) {
        return parts(system, tier, "", system.deadLetters(), system.deadLetters());
    }

    static JobContext parts(
            ActorSystem<?> system,
            RecordsInMemory records,
            String overrides,
            ActorRef<StorageNodeDirectory.Command> directory,
            ActorRef<SpaceMessage> spaceBroker) {
        EvacuateSettings settings = evacuate(overrides);
        return new JobContext(
                () -> settings,
                records,
                records,
                new ClusterAgentGateway(system),
                directory,
                spaceBroker,
                system.<RegistryMessage>deadLetters(),
                JournalReader.of(new NoEvents()),
                new LegacyMetrics(Map.of()),
                AssignmentTraces.NONE,
                Clock.systemUTC());
    }
}
