package io.rebalancer.agent.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.legacy.LegacyProgress;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.core.port.AssignmentService.Acceptance;
import io.rebalancer.testsupport.SettableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each assignment over HTTP logs one line when it ends. The actor restarts after every failure. */
@Tag("slow")
class LegacyAssignmentsTest {
    private static final UUID ASSIGNMENT = new UUID(1, 1);
    private static final String ID = new UUID(2, 2).toString();
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration ANSWER_TIME = Duration.ofSeconds(2);
    private static final String MD5 = "XUFAKrxLKna5cZ2REBfFkg==";

    @TempDir
    private Path root;

    private final ActorTestKit kit = ActorTestKit.create(
            "legacy",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(EventSourcedBehaviorTestKit.config())
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private ObjectStore store;
    private TestEngine engine;
    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-28T00:00:00Z"));
    private AgentSettings settings;
    private ActorRef<LegacyAssignments.Command> assignments;

    @BeforeEach
    void start() throws IOException {
        settings = TestEngine.settings(root, Duration.ofSeconds(1), Map.of());
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
        engine = TestEngine.start(settings, store);
        assignments = kit.spawn(LegacyAssignments.create(
                settings, engine.engine().newClient(), TestEngine.metrics(settings), clock, Duration.ofMillis(200)));
    }

    @AfterEach
    void stop() throws IOException {
        kit.shutdownTestKit();
        engine.close();
        store.close();
    }

    private static LegacyTask task(String objectId) {
        return new LegacyTask(objectId, ID, MD5, "dc1", "unknown.stor", Optional.empty(), Optional.empty());
    }

    private void expectEnd(int copies, int failed, List<LegacyTask> tasks) {
        TestProbe<Acceptance> client = kit.createTestProbe();
        LoggingTestKit.info("assignment=" + ASSIGNMENT + " ended: copies=" + copies + " failed=" + failed)
                .withLoggerName(LegacyAssignments.class.getName())
                .withOccurrences(1)
                .expect(kit.system(), () -> {
                    assignments.tell(new LegacyAssignments.Accept(ASSIGNMENT, tasks, client.getRef()));
                    return assertThat(client.receiveMessage()).isEqualTo(Acceptance.ACCEPTED);
                });
    }

    @Test
    void theEndIsLoggedAfterTheLastCopy() {
        expectEnd(2, 2, List.of(task(ID), task(new UUID(3, 3).toString())));
    }

    @Test
    void theEndIsLoggedWithoutAValidTask() {
        expectEnd(1, 1, List.of(task("../x")));
    }

    @Test
    void theEndIsLoggedWithoutTasks() {
        expectEnd(0, 0, List.of());
    }

    private boolean isAccepted(UUID id) {
        TestProbe<Acceptance> client = kit.createTestProbe();
        assignments.tell(new LegacyAssignments.Accept(id, List.of(task("../x")), client.getRef()));
        try {
            return client.receiveMessage(ANSWER_TIME).equals(Acceptance.ACCEPTED);
        } catch (AssertionError e) {
            return false;
        }
    }

    private boolean answersPing() {
        TestProbe<Done> client = kit.createTestProbe();
        assignments.tell(new LegacyAssignments.Ping(client.getRef()));
        try {
            client.receiveMessage(ANSWER_TIME);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    @Test
    void theActorServesAgainAfterTheJournalRejectedOneEvent() {
        PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
        journal.rejectNextPersisted();
        assertThat(isAccepted(ASSIGNMENT)).isFalse();
        await().atMost(DEADLINE).until(() -> isAccepted(new UUID(1, 2)));
        await().atMost(DEADLINE).until(() -> isAccepted(ASSIGNMENT));
    }

    @Test
    void theActorAnswersWhileTheJournalRejectsEveryEventAndServesWhenItNoLongerDoes() {
        PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
        journal.rejectNextNPersisted(1_000);
        for (int i = 0; i < 3; i++) {
            assertThat(isAccepted(ASSIGNMENT)).isFalse();
            await().atMost(DEADLINE).until(this::answersPing);
        }
        journal.resetPolicy();
        await().atMost(DEADLINE).until(() -> isAccepted(ASSIGNMENT));
    }

    /** Whether the actor knows the assignment; empty if it does not answer. */
    private Optional<Boolean> isKnown(UUID id) {
        TestProbe<Optional<LegacyProgress>> client = kit.createTestProbe();
        assignments.tell(new LegacyAssignments.Find(id, client.getRef()));
        try {
            return Optional.of(client.receiveMessage(ANSWER_TIME).isPresent());
        } catch (AssertionError e) {
            return Optional.empty();
        }
    }

    private void awaitKnown(UUID id, boolean known) {
        await().atMost(DEADLINE).until(() -> isKnown(id).equals(Optional.of(known)));
    }

    /** Unlike a rejected event, a failed write restarts the actor only inside. */
    @ParameterizedTest(name = "{0} writes fail")
    @ValueSource(ints = {1, 3})
    void endedAssignmentsExpireAfterAWriteThatFails(int failures) {
        assertThat(isAccepted(ASSIGNMENT)).isTrue();
        String id = PersistenceId.of("LegacyAssignments", settings.storageNode().text())
                .id();
        PersistenceTestKit.create(kit.system())
                .failNextNPersisted(id, failures, new IOException("the journal's disk is full"));
        UUID later = new UUID(1, 2);
        await().atMost(DEADLINE).until(() -> isAccepted(later) || isKnown(later).orElse(false));
        awaitKnown(ASSIGNMENT, true);
        clock.pass(settings.legacy().keepEndedFor().plusSeconds(1));
        awaitKnown(ASSIGNMENT, false);
        awaitKnown(later, false);
    }
}
