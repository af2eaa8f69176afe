package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.agent.copy.FreeSpaceMonitor;
import io.rebalancer.agent.copy.TestEngine;
import io.rebalancer.agent.inventory.InventoryRequests;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.HeldAssignments;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
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
    private final PlayedControl control = new PlayedControl();
    private ObjectStore store;
    private TestEngine engine;
    private InventoryRequests inventory;
    private EventSourcedBehaviorTestKit<AgentMessage, AgentEvent, AgentState> agent;

    @BeforeEach
    void start() throws IOException {
        AgentSettings settings = TestEngine.settings(root, Duration.ofSeconds(1), Map.of());
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
        engine = TestEngine.start(settings, store);
        inventory =
                InventoryRequests.open(settings, new InventorySettings(1 << 20, 0, 1 << 20), store, engine.engine());
        agent = EventSourcedBehaviorTestKit.create(
                kit.system(),
                StorageAgent.create(
                        settings,
                        engine.engine().newClient(),
                        new FreeSpaceMonitor(store.space()),
                        TestEngine.metrics(settings),
                        control,
                        inventory),
                // Messages inside the process are not serialized; the others have a test for all of them.
                EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyCommands(false));
    }

    @AfterEach
    void stop() throws IOException {
        kit.shutdownTestKit();
        inventory.close();
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
        assertThat(held(Optional.empty(), 10))
                .isEqualTo(new HeldAssignments.HeldPage(List.of(new HeldAssignments.Line(id, JOB, 0, 0, 0)), false));
        assertThat(ask(replyTo -> new AgentMessage.DropHeld(id, false, replyTo)))
                .isEqualTo(new AgentMessage.DropDecided(HeldAssignments.Drop.DROPPED));
        assertThat(agent.getState().held()).isEmpty();
        assertThat(ask(replyTo -> new AgentMessage.DropHeld(id, true, replyTo)))
                .isEqualTo(new AgentMessage.DropDecided(HeldAssignments.Drop.UNKNOWN));
    }

    private AgentMessage.OperatorReply ask(Function<ActorRef<AgentMessage.OperatorReply>, AgentMessage> request) {
        return agent.<AgentMessage.OperatorReply>runCommand(request::apply).reply();
    }

    private HeldAssignments.HeldPage held(Optional<UUID> after, int limit) {
        return ((AgentMessage.HeldListed) ask(replyTo -> new AgentMessage.ListHeld(after, limit, replyTo))).page();
    }

    @Test
    void heldAssignmentsAreListedInPages() {
        for (int id = 1; id <= 3; id++) {
            agent.runCommand(new AgentMessage.Assign(epoch(1), assignment(id)));
        }
        HeldAssignments.HeldPage first = held(Optional.empty(), 2);
        assertThat(first.lines()).extracting(HeldAssignments.Line::id).containsExactly(new UUID(1, 1), new UUID(1, 2));
        assertThat(first.more()).isTrue();
        HeldAssignments.HeldPage last = held(Optional.of(new UUID(1, 2)), 2);
        assertThat(last.lines()).extracting(HeldAssignments.Line::id).containsExactly(new UUID(1, 3));
        assertThat(last.more()).isFalse();
        assertThat(held(Optional.empty(), -1).lines()).hasSize(1);
    }

    @Test
    void anOperatorChangesLimitsAndReadsTheStatus() {
        LimitsChange change = limits(3);
        assertThat(ask(replyTo -> new AgentMessage.ChangeLimits(change, replyTo)))
                .isEqualTo(new AgentMessage.LimitsChanged(change.applyTo(PlayedControl.INITIAL)));
        assertThat(ask(replyTo -> new AgentMessage.ChangeLimits(limits(0), replyTo)))
                .isEqualTo(new AgentMessage.LimitsRefused("parallelFetches must be 1 to 256"));
        assertThat(ask(replyTo -> new AgentMessage.SetGate(CopyGate.STOPPED, replyTo)))
                .isEqualTo(new AgentMessage.GateSet(new AgentControl.GateStatus(CopyGate.STOPPED, false, 3)));
        AgentControl.AgentStatus status = ((AgentMessage.StatusReported) ask(AgentMessage.AskStatus::new)).status();
        assertThat(status.limits().parallelFetches()).isEqualTo(3);
        assertThat(status.sources()).hasSize(OperatorRequests.MAX_SOURCES);
        assertThat(status.sources())
                .extracting(AgentControl.Source::failures)
                .contains(599)
                .doesNotContain(99);
        assertThat(status.sourcesLeftOut()).isEqualTo(100);
    }

    @Test
    void whatAnAgentCannotStoreIsReportedAndTheNextChangeWorks() {
        control.failure = Optional.of(new IllegalStateException("the disk is full"));
        assertThat(ask(replyTo -> new AgentMessage.ChangeLimits(limits(3), replyTo)))
                .isEqualTo(new AgentMessage.RequestFailed("the disk is full"));
        control.failure = Optional.empty();
        assertThat(ask(replyTo -> new AgentMessage.ChangeLimits(limits(3), replyTo)))
                .isInstanceOf(AgentMessage.LimitsChanged.class);
    }

    private static LimitsChange limits(int parallelFetches) {
        return new LimitsChange(
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalInt.of(parallelFetches),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalInt.empty());
    }
}
