package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.port.HeldAssignments;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which orders a storage agent accepts. */
@Tag("slow")
class StorageAgentTest {
    private static final UUID JOB = new UUID(0, 7);
    private static final List<UUID> UNWANTED = List.of(new UUID(2, 2));

    @TempDir
    private Path root;

    private final ActorTestKit kit = ActorTestKit.create(
            "agent",
            ConfigFactory.parseString("pekko.remote.artery.canonical { hostname = \"127.0.0.1\", port = 0 }")
                    .withFallback(EventSourcedBehaviorTestKit.config())
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private ObjectStore store;
    private TestEngine engine;
    private EventSourcedBehaviorTestKit<AgentMessage, AgentEvent, AgentState> agent;

    @BeforeEach
    void start() throws IOException {
        AgentSettings settings = TestEngine.settings(root, Duration.ofSeconds(1), Map.of());
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
        engine = TestEngine.start(settings, store);
        agent = EventSourcedBehaviorTestKit.create(
                kit.system(),
                StorageAgent.create(
                        settings,
                        engine.engine().newClient(),
                        new FreeSpaceMonitor(store.space()),
                        TestEngine.metrics(settings)),
                // Messages inside the process are not serialized; the others have a test for all of them.
                EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyCommands(false));
    }

    @AfterEach
    void stop() throws IOException {
        kit.shutdownTestKit();
        engine.close();
        store.close();
    }

    /** An assignment without copy tasks, so that only orders store events. */
    private static Assignment assignment(long id) {
        return new Assignment(
                new UUID(1, id),
                new CopyLocation(
                        "dc1",
                        TestEngine.settings(Path.of("/"), Duration.ZERO, Map.of())
                                .storageNode()),
                List.of());
    }

    private static FencingToken epoch(long epoch) {
        return new FencingToken(JOB, epoch);
    }

    @Test
    void ordersWithAStaleEpochChangeNothing() {
        assertThat(agent.runCommand(new AgentMessage.Assign(epoch(2), assignment(1)))
                        .events())
                .hasSize(2)
                .hasAtLeastOneElementOfType(AgentEvent.JobEpochRaised.class)
                .hasAtLeastOneElementOfType(AgentEvent.AssignmentAccepted.class);
        assertThat(agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(2)))
                        .hasNoEvents())
                .isTrue();
        assertThat(agent.runCommand(
                                new AgentMessage.Release(epoch(1), assignment(1).id(), UNWANTED))
                        .hasNoEvents())
                .isTrue();
        assertThat(agent.getState().held()).containsOnlyKeys(assignment(1).id());
    }

    @Test
    void theFenceSurvivesARestart() {
        agent.runCommand(new AgentMessage.Assign(epoch(3), assignment(1)));
        agent.restart();
        assertThat(agent.runCommand(
                                new AgentMessage.Release(epoch(2), assignment(1).id(), UNWANTED))
                        .hasNoEvents())
                .isTrue();
        agent.runCommand(new AgentMessage.Release(epoch(3), assignment(1).id(), List.of()));
        assertThat(agent.getState().held()).isEmpty();
    }

    @Test
    void aLaterIncarnationTakesOverAnAssignment() {
        agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(1)));
        assertThat(agent.runCommand(new AgentMessage.Assign(epoch(2), assignment(1)))
                        .event())
                .isInstanceOf(AgentEvent.JobEpochRaised.class);
        assertThat(agent.runCommand(
                                new AgentMessage.Release(epoch(1), assignment(1).id(), UNWANTED))
                        .hasNoEvents())
                .isTrue();
    }

    private AgentEvent.JobPaused paused(long epoch) {
        return new AgentEvent.JobPaused(JOB, epoch);
    }

    @Test
    void aPauseIsStoredOnceAndRefusesTheOrdersThatWereSentBefore() {
        agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(1)));
        assertThat(agent.runCommand(new AgentMessage.PauseJob(epoch(1))).events())
                .containsExactly(paused(1));
        assertThat(agent.runCommand(new AgentMessage.PauseJob(epoch(1))).hasNoEvents())
                .isTrue();
        agent.restart();
        assertThat(agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(2)))
                        .hasNoEvents())
                .isTrue();
        assertThat(agent.getState().held()).containsOnlyKeys(assignment(1).id());
    }

    /** The order to pause may be the first one that the agent gets, because an assignment was lost on its way. */
    @Test
    void aPauseHoldsForAJobThatTheAgentDoesNotKnow() {
        assertThat(agent.runCommand(new AgentMessage.PauseJob(epoch(1))).events())
                .contains(paused(1));
        assertThat(agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(1)))
                        .hasNoEvents())
                .isTrue();
    }

    @Test
    void anAssignmentOfALaterEpochEndsThePauseAndAReleaseDoesNot() {
        agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(1)));
        agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(2)));
        agent.runCommand(new AgentMessage.PauseJob(epoch(1)));
        agent.runCommand(new AgentMessage.Release(epoch(2), assignment(2).id(), List.of()));
        assertThat(agent.getState().isPaused(JOB)).isTrue();
        assertThat(agent.runCommand(new AgentMessage.Assign(epoch(3), assignment(1)))
                        .events())
                .hasAtLeastOneElementOfType(AgentEvent.JobContinued.class);
        assertThat(agent.getState().isPaused(JOB)).isFalse();
        assertThat(agent.runCommand(new AgentMessage.PauseJob(epoch(2))).hasNoEvents())
                .as("a pause of an earlier incarnation")
                .isTrue();
    }

    /** A job that the managers lost answers every report with a release of epoch 0. */
    @Test
    void aFinishedAssignmentIsReleasedWithoutAFenceIfNoFileIsRemoved() {
        agent.runCommand(new AgentMessage.Assign(epoch(5), assignment(1)));
        AgentEvent released = agent.runCommand(
                        new AgentMessage.Release(epoch(0), assignment(1).id(), List.of()))
                .event();
        assertThat(released)
                .isEqualTo(new AgentEvent.AssignmentReleased(assignment(1).id()));
        assertThat(agent.getState().held()).isEmpty();
        assertThat(agent.getState().fencingEpoch(epoch(4))).contains(5L);
    }

    @Test
    void anAssignmentWhoseJobIsLostCanBeDropped() {
        agent.runCommand(new AgentMessage.Assign(epoch(5), assignment(1)));
        UUID id = assignment(1).id();
        assertThat(agent.<List<HeldAssignments.Line>>runCommand(StorageAgent.ListHeld::new)
                        .reply())
                .containsExactly(new HeldAssignments.Line(id, JOB, 0, 0, 0));
        assertThat(agent.<HeldAssignments.Drop>runCommand(replyTo -> new StorageAgent.DropHeld(id, false, replyTo))
                        .reply())
                .isEqualTo(HeldAssignments.Drop.DROPPED);
        assertThat(agent.getState().held()).isEmpty();
        assertThat(agent.<HeldAssignments.Drop>runCommand(replyTo -> new StorageAgent.DropHeld(id, true, replyTo))
                        .reply())
                .isEqualTo(HeldAssignments.Drop.UNKNOWN);
    }
}
