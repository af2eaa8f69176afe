package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.EffectiveSetting;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.settings.Window;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.settings.CurrentFleetSettings;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outside its window a job is held as a paused one is; the settings of a job and of the fleet hold over restarts. */
@Tag("slow")
class WindowedJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create("windowed", JobFixture.config());
    private static final PersistenceTestKit JOURNAL = PersistenceTestKit.create(KIT.system());
    private static final StorageNodeId DESTINATION = location(3).storageNode();
    private static final Window OPEN = window("mon-sun 00:00-24:00");
    /** Three days from now it is open for a minute. */
    private static final Window CLOSED =
            window(shortDay(LocalDate.now(ZoneOffset.UTC).plusDays(3).getDayOfWeek()) + " 00:00-00:01");

    private final TestProbe<Assignment> orders = KIT.createTestProbe();
    private final RecordsInMemory records = new RecordsInMemory();
    private final Agent agent = new Agent();
    private final CurrentFleetSettings fleet = new CurrentFleetSettings();
    private JobFixture fixture = fixture(UUID.randomUUID());

    /** Hands each assignment of a new epoch to the test. */
    private final class Agent extends PlayedAgent {
        private final List<Long> assignedIn = new CopyOnWriteArrayList<>();

        @Override
        public void assign(FencingToken token, Assignment assignment, ActorRef<JobMessage> job) {
            boolean isNew = !assignedIn.contains(token.epoch());
            assignedIn.add(token.epoch());
            job.tell(new JobMessage.AssignmentAccepted(assignment.id(), 0));
            if (isNew) {
                orders.getRef().tell(assignment);
            }
        }
    }

    private static Window window(String range) {
        return new Window(ZoneOffset.UTC, List.of(WeeklyRange.parse(range)), Set.of());
    }

    private static String shortDay(DayOfWeek day) {
        return day.name().substring(0, 3);
    }

    private JobFixture fixture(UUID id) {
        return new JobFixture(
                KIT,
                records,
                agent,
                id,
                KIT.spawn(SpaceBroker.create(Clock.systemUTC())),
                Duration.ofMillis(10),
                fleet);
    }

    @BeforeEach
    void putARecord() {
        records.put(1, 1, 1, 2);
    }

    @AfterEach
    void heal() {
        JOURNAL.resetPolicy();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void setFleetWindow(Window window) {
        fleet.update(Choices.NONE.after(SettingsChange.of(window), "ada", Instant.EPOCH));
    }

    private JobMessage.JobReply order(Function<ActorRef<JobMessage.JobReply>, JobMessage> order) {
        TestProbe<JobMessage.JobReply> reply = KIT.createTestProbe();
        fixture.job.tell(order.apply(reply.getRef()));
        return reply.receiveMessage(JobFixture.TIMEOUT);
    }

    private void change(SettingsChange change) {
        assertThat(order(replyTo -> new JobMessage.ChangeSettings(change, "ada", replyTo)))
                .isInstanceOf(JobMessage.JobStands.class);
    }

    private EffectiveSetting setting(SettingName name) {
        JobMessage.JobSettings reply = (JobMessage.JobSettings) order(JobMessage.GetSettings::new);
        return reply.report().settings().stream()
                .filter(each -> each.name() == name)
                .findFirst()
                .orElseThrow();
    }

    private void awaitPhase(JobPhase phase) {
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.phase() == phase);
    }

    private Optional<JobWait> waitFor(JobWait.Cause cause) {
        return fixture.stands().waiting().stream()
                .filter(each -> each.cause() == cause)
                .findFirst();
    }

    private Assignment receive() {
        return orders.receiveMessage(JobFixture.TIMEOUT);
    }

    private void endWell(Assignment inFlight) {
        await().atMost(JobFixture.TIMEOUT).until(() -> {
            fixture.job.tell(new JobMessage.CopiesReported(inFlight.id(), DESTINATION, List.of()));
            return fixture.phase().terminal();
        });
        assertThat(fixture.phase()).isEqualTo(JobPhase.DONE);
        assertThat(records.copies(1)).containsExactly(location(3), location(2));
    }

    @Test
    void aJobWhoseFleetClosesIsHeldAndContinuesWhenTheWindowOpens() {
        setFleetWindow(OPEN);
        fixture.create();
        Assignment inFlight = receive();
        setFleetWindow(CLOSED);
        awaitPhase(JobPhase.WAITING_WINDOW);
        int given = agent.assignedIn.size();
        JobWait wait = waitFor(JobWait.Cause.WINDOW).orElseThrow();
        assertThat(wait.until()).isEqualTo(CLOSED.nextChange(Instant.now()));
        assertThat(wait.detail()).contains("00:00-00:01");
        EffectiveSetting held = setting(SettingName.ASSIGNMENTS_IN_FLIGHT);
        assertThat(held.value()).contains(0L);
        assertThat(held.origin()).isEqualTo(EffectiveSetting.Origin.WINDOW);
        // A slow agent reports: the record is changed when the window is open.
        fixture.job.tell(new JobMessage.CopiesReported(inFlight.id(), DESTINATION, List.of()));
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.state().copiedRecords() == 1);
        assertThat(records.copies(1)).containsExactly(location(1), location(2));
        assertThat(agent.assignedIn).hasSize(given);
        setFleetWindow(OPEN);
        endWell(inFlight);
    }

    @Test
    void theJobsOwnWindowHoldsToo() {
        setFleetWindow(OPEN);
        fixture.create();
        Assignment inFlight = receive();
        change(SettingsChange.of(CLOSED));
        awaitPhase(JobPhase.WAITING_WINDOW);
        change(new SettingsChange(Map.of(), Set.of(), Optional.empty(), true));
        awaitPhase(JobPhase.RUNNING);
        assertThat(receive()).isEqualTo(inFlight);
        endWell(inFlight);
    }

    @Test
    void aJobThatIsCreatedOutsideTheWindowWaitsForIt() {
        setFleetWindow(CLOSED);
        fixture.create();
        awaitPhase(JobPhase.WAITING_WINDOW);
        assertThat(agent.assignedIn).isEmpty();
        setFleetWindow(OPEN);
        endWell(receive());
    }

    /** The window of the fleet may be closed. */
    @Test
    void beforeTheSettingsOfTheFleetAreKnownNothingIsOrdered() {
        fixture.create();
        await().atMost(JobFixture.TIMEOUT)
                .until(() -> waitFor(JobWait.Cause.SETTINGS_UNKNOWN).isPresent());
        assertThat(agent.assignedIn).isEmpty();
        fleet.update(Choices.NONE);
        Assignment inFlight = receive();
        assertThat(waitFor(JobWait.Cause.SETTINGS_UNKNOWN)).isEmpty();
        endWell(inFlight);
    }

    @Test
    void theLossOfTheManagerOpensNoWindow() {
        setFleetWindow(OPEN);
        fixture.create();
        Assignment inFlight = receive();
        setFleetWindow(CLOSED);
        awaitPhase(JobPhase.WAITING_WINDOW);
        KIT.stop(fixture.job);
        fixture = fixture(fixture.id);
        awaitPhase(JobPhase.WAITING_WINDOW);
        assertThat(agent.assignedIn).containsOnly(1L);
        setFleetWindow(OPEN);
        assertThat(receive()).isEqualTo(inFlight);
        endWell(inFlight);
    }

    /** The window has closed while no manager ran the job. */
    @Test
    void aJobThatIsTakenOverOutsideTheWindowGivesNoOrder() {
        setFleetWindow(OPEN);
        fixture.create();
        Assignment inFlight = receive();
        KIT.stop(fixture.job);
        setFleetWindow(CLOSED);
        fixture = fixture(fixture.id);
        awaitPhase(JobPhase.WAITING_WINDOW);
        assertThat(agent.assignedIn).containsOnly(1L);
        setFleetWindow(OPEN);
        endWell(inFlight);
    }

    @Test
    void anOperatorsPauseOutlastsTheWindow() {
        setFleetWindow(OPEN);
        fixture.create();
        Assignment inFlight = receive();
        setFleetWindow(CLOSED);
        awaitPhase(JobPhase.WAITING_WINDOW);
        assertThat(order(JobMessage.ResumeJob::new))
                .isInstanceOfSatisfying(
                        JobMessage.JobRefusal.class,
                        refusal -> assertThat(refusal.detail()).contains("WAITING_WINDOW", "pause", "cancel"));
        order(JobMessage.PauseJob::new);
        assertThat(fixture.phase()).isEqualTo(JobPhase.PAUSED);
        setFleetWindow(OPEN);
        order(JobMessage.ResumeJob::new);
        endWell(inFlight);
    }

    /** The job starts again from its journal after each failed write. */
    @ParameterizedTest(name = "write {0} fails")
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aWindowClosesAndOpensOverAWriteThatFailsOnce(int n) {
        setFleetWindow(OPEN);
        fixture.create();
        Assignment inFlight = receive();
        AtomicInteger writes = new AtomicInteger();
        String id = "EvacuateJob|" + fixture.id;
        JOURNAL.withPolicy((ProcessingPolicy<JournalOperation>) (persistenceId, operation) ->
                persistenceId.equals(id) && operation instanceof WriteEvents && writes.incrementAndGet() == n
                        ? StorageFailure.create()
                        : ProcessingSuccess.getInstance());
        setFleetWindow(CLOSED);
        awaitPhase(JobPhase.WAITING_WINDOW);
        assertThat(records.copies(1)).containsExactly(location(1), location(2));
        setFleetWindow(OPEN);
        endWell(inFlight);
    }

    @Test
    void whatAnOperatorChoseHoldsAfterTheLossOfTheManager() {
        fleet.update(Choices.NONE);
        fixture.create();
        Assignment inFlight = receive();
        change(SettingsChange.of(SettingName.COMMIT_PARALLELISM, 3));
        KIT.stop(fixture.job);
        fixture = fixture(fixture.id);
        EffectiveSetting found = setting(SettingName.COMMIT_PARALLELISM);
        assertThat(found.value()).contains(3L);
        assertThat(found.setBy()).contains("ada");
        assertThat(found.origin()).isEqualTo(EffectiveSetting.Origin.API);
        fleet.update(Choices.NONE.after(SettingsChange.of(SettingName.COMMIT_PARALLELISM, 2), "bob", Instant.EPOCH));
        assertThat(setting(SettingName.COMMIT_PARALLELISM).value())
                .as("the total of the fleet")
                .contains(2L);
        endWell(inFlight);
    }
}
