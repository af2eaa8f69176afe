package io.rebalancer.manager.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.FleetSettingsMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.ChosenSetting;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One owner of the fleet's settings, and a copy on each manager, whatever the journal does. */
@Tag("slow")
class FleetSettingsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final ActorTestKit kit = ActorTestKit.create("fleet-settings", config());
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    private ActorRef<FleetSettingsMessage> owner = kit.spawn(FleetSettings.create(Clock.systemUTC()));
    private final CurrentFleetSettings current = new CurrentFleetSettings();

    private static Config config() {
        return PersistenceTestKitPlugin.config()
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
                .withFallback(SettingsFile.over(ConfigFactory.empty()));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private ClusterFleetSettings service() {
        return new ClusterFleetSettings(kit.system(), owner);
    }

    private static Choices get(CompletionStage<Choices> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private Choices change(long parallelism) throws Exception {
        return get(service().change(SettingsChange.of(SettingName.COMMIT_PARALLELISM, parallelism), "ada"));
    }

    private void awaitKnown(long parallelism) {
        await().atMost(TIMEOUT)
                .until(() -> current.choices()
                        .find(SettingName.COMMIT_PARALLELISM)
                        .filter(chosen -> chosen.value() == parallelism)
                        .isPresent());
    }

    private void failWrites(BooleanSupplier failing) {
        journal.withPolicy((ProcessingPolicy<JournalOperation>)
                (persistenceId, operation) -> operation instanceof WriteEvents && failing.getAsBoolean()
                        ? StorageFailure.create()
                        : ProcessingSuccess.getInstance());
    }

    @Test
    void aManagerLearnsTheSettingsAndTheirChanges() throws Exception {
        kit.spawn(FleetSettingsReplica.create(owner, current));
        await().atMost(TIMEOUT).until(current::isKnown);
        assertThat(current.choices()).isEqualTo(Choices.NONE);
        assertThat(change(100).find(SettingName.COMMIT_PARALLELISM))
                .get()
                .extracting(ChosenSetting::by)
                .isEqualTo("ada");
        awaitKnown(100);
    }

    @Test
    void theSettingsSurviveTheOwnerAndTheManagersLearnThatFromTheNextOne() throws Exception {
        change(100);
        kit.stop(owner);
        owner = kit.spawn(FleetSettings.create(Clock.systemUTC()));
        assertThat(get(service().get()).find(SettingName.COMMIT_PARALLELISM)).isPresent();
        kit.spawn(FleetSettingsReplica.create(owner, current));
        awaitKnown(100);
    }

    @Test
    void theSameChangeIsStoredOnce() throws Exception {
        change(100);
        change(100);
        assertThat(journal.persistedInStorage(Entities.FLEET_SETTINGS_ID)).hasSize(1);
    }

    @Test
    void aWriteThatFailsOnceIsRepeated() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        failWrites(() -> writes.incrementAndGet() == 1);
        change(100);
        assertThat(journal.persistedInStorage(Entities.FLEET_SETTINGS_ID)).hasSize(1);
    }

    @Test
    void aJournalThatFailsForEverChangesNothing() {
        kit.spawn(FleetSettingsReplica.create(owner, current));
        await().atMost(TIMEOUT).until(current::isKnown);
        failWrites(() -> true);
        assertThatThrownBy(() -> change(100)).isNotNull();
        assertThat(current.choices()).isEqualTo(Choices.NONE);
        assertThat(journal.persistedInStorage(Entities.FLEET_SETTINGS_ID)).isEmpty();
    }
}
