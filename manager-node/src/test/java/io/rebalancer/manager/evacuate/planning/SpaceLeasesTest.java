package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.SpaceBook;
import io.rebalancer.core.storage.SpaceLease;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.SpaceBroker;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.testsupport.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The conversation of a batcher with the space broker, which the test plays. The test moves the clock. */
@Tag("slow")
class SpaceLeasesTest {
    private static final ActorTestKit KIT = TestSettings.kit("leases");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final FencingToken TOKEN = new FencingToken(new UUID(7, 7), 3);

    private final SettableClock clock = new SettableClock();
    private final TestProbe<PlanningEvent> listener = KIT.createTestProbe();
    private final TestProbe<SpaceMessage> broker = KIT.createTestProbe();
    private final TestProbe<ShardScan.Command> scan = KIT.createTestProbe();
    private List<PlanningWait> waits = List.of();
    private volatile ActorRef<SpaceMessage> singleton = broker.getRef();
    private ActorRef<AssignmentBatcher.Command> batcher =
            KIT.<AssignmentBatcher.Command>createTestProbe().getRef();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static StorageNode node(int number, long freeMib) {
        return new StorageNode(location(number).storageNode(), "dc" + number, freeMib, 10);
    }

    private static Assignment assignment(int number, int destination) {
        return new Assignment(
                new UUID(1, number),
                location(destination),
                List.of(new CopyTask(
                        RecordsInMemory.ref(number),
                        RecordsInMemory.object(number),
                        RecordsInMemory.OWNER,
                        3L << 20,
                        new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                        List.of())));
    }

    /** Batches are due with their first object. */
    private void start(ActorRef<SpaceMessage> spaceBroker, List<Assignment> inFlight, StorageNode... nodes) {
        EvacuateSettings settings = TestSettings.evacuate("rebalancer.evacuate.max-tasks-per-assignment = 1");
        DestinationCandidates candidates = new DestinationCandidates(true, List.of(nodes), List.of(), List.of());
        ActorRef<StorageNodeDirectory.Command> directory =
                KIT.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                        .onMessage(StorageNodeDirectory.Subscribe.class, subscribe -> {
                            subscribe.subscriber().tell(candidates);
                            return Behaviors.same();
                        })
                        .build());
        batcher = KIT.spawn(AssignmentBatcher.create(
                new PlanningResources(() -> settings, new RecordsInMemory().scan(), directory, spaceBroker, clock),
                new PassInput(TOKEN, location(1), Map.of(), inFlight, PassInput.UNLIMITED),
                listener.getRef()));
    }

    private void start() {
        start(broker.getRef(), List.of(), node(3, 50_000));
    }

    private void scan(int number) {
        batcher.tell(SizedObjects.chunk(scan.getRef(), SizedObjects.row(number, 5)));
    }

    private <M extends SpaceMessage> M next(Class<M> kind) {
        SpaceMessage next = broker.receiveMessage(TIMEOUT);
        while (!kind.isInstance(next)) {
            next = broker.receiveMessage(TIMEOUT);
        }
        return kind.cast(next);
    }

    private PlanningEvent remember(PlanningEvent event) {
        if (event instanceof PlanningEvent.Waiting waiting) {
            waits = waiting.waits();
        }
        return event;
    }

    private <E extends PlanningEvent> E nextEvent(Class<E> kind) {
        PlanningEvent next = remember(listener.receiveMessage(TIMEOUT));
        while (!kind.isInstance(next)) {
            next = remember(listener.receiveMessage(TIMEOUT));
        }
        return kind.cast(next);
    }

    private static void decide(SpaceMessage.RequestLease request, LeaseDecision decision) {
        request.replyTo()
                .tell(new SpaceMessage.LeaseDecided(
                        request.token(),
                        request.lease().assignmentId(),
                        request.lease().node(),
                        decision,
                        request.lease().mib()));
    }

    private Assignment plan(int number) {
        scan(number);
        decide(next(SpaceMessage.RequestLease.class), LeaseDecision.GRANTED);
        return nextEvent(PlanningEvent.BatchReady.class).assignment();
    }

    @Test
    void aRequestWithoutAReplyIsRepeated() {
        start();
        scan(1);
        SpaceMessage.RequestLease lost = next(SpaceMessage.RequestLease.class);
        assertThat(lost.token()).isEqualTo(TOKEN);
        clock.pass(SpaceBrokerClient.REPEAT_INTERVAL);
        SpaceMessage.RequestLease repeated = next(SpaceMessage.RequestLease.class);
        assertThat(repeated).isEqualTo(lost);
        decide(repeated, LeaseDecision.GRANTED);
        assertThat(nextEvent(PlanningEvent.BatchReady.class).assignment().id())
                .isEqualTo(lost.lease().assignmentId());
    }

    @Test
    void aRequestIsGivenUpAndTheSilenceIsShown() {
        start();
        scan(1);
        SpaceMessage.RequestLease lost = next(SpaceMessage.RequestLease.class);
        clock.pass(SpaceBrokerClient.REPEAT_INTERVAL);
        assertThat(nextEvent(PlanningEvent.Waiting.class).waits())
                .singleElement()
                .satisfies(wait -> {
                    assertThat(wait.cause()).isEqualTo(PlanningWait.Cause.SPACE_BROKER_SILENT);
                    assertThat(wait.since()).isEqualTo(Instant.EPOCH);
                    assertThat(wait.until()).contains(Instant.EPOCH.plus(SpaceBrokerClient.REQUEST_TIMEOUT));
                    assertThat(wait.objects()).isEqualTo(1);
                });
        clock.pass(SpaceBrokerClient.REQUEST_TIMEOUT);
        assertThat(nextEvent(PlanningEvent.Waiting.class).waits())
                .extracting(PlanningWait::cause, PlanningWait::since)
                .containsExactly(tuple(PlanningWait.Cause.SPACE_BROKER_SILENT, Instant.EPOCH));
        SpaceMessage.RequestLease second = next(SpaceMessage.RequestLease.class);
        while (second.lease().assignmentId().equals(lost.lease().assignmentId())) {
            second = next(SpaceMessage.RequestLease.class);
        }
        decide(lost, LeaseDecision.GRANTED);
        assertThat(next(SpaceMessage.ReturnLease.class).assignmentId())
                .isEqualTo(lost.lease().assignmentId());
        decide(second, LeaseDecision.GRANTED);
        assertThat(nextEvent(PlanningEvent.BatchReady.class).assignment().id())
                .isEqualTo(second.lease().assignmentId());
        while (!waits.isEmpty()) {
            nextEvent(PlanningEvent.Waiting.class);
        }
    }

    @Test
    void allLeasesAreAnnouncedAtOnceAndInEveryInterval() {
        Assignment resumed = assignment(9, 4);
        start(broker.getRef(), List.of(resumed), node(3, 50_000));
        SpaceMessage.AnnounceLeases first = next(SpaceMessage.AnnounceLeases.class);
        assertThat(first.token()).isEqualTo(TOKEN);
        assertThat(first.held())
                .containsExactly(new SpaceLease(resumed.id(), location(4).storageNode(), 3));
        Assignment planned = plan(1);
        scan(2);
        UUID open = next(SpaceMessage.RequestLease.class).lease().assignmentId();
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        SpaceMessage.AnnounceLeases second = next(SpaceMessage.AnnounceLeases.class);
        assertThat(second.held())
                .extracting(SpaceLease::assignmentId)
                .containsExactlyInAnyOrder(resumed.id(), planned.id());
        assertThat(second.requested()).containsExactly(open);
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(resumed, Leftover.NONE));
        assertThat(next(SpaceMessage.ReturnLease.class).assignmentId()).isEqualTo(resumed.id());
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        assertThat(next(SpaceMessage.AnnounceLeases.class).held())
                .extracting(SpaceLease::assignmentId)
                .containsExactly(planned.id());
    }

    @Test
    void theMemoryOfPromisesFollowsTheBrokerUpAndDown() {
        start();
        SpaceMessage.AnnounceLeases announced = next(SpaceMessage.AnnounceLeases.class);
        NodePromise full = new NodePromise(location(3).storageNode(), 60_000, 1);
        announced.replyTo().tell(new SpaceMessage.SpaceStatus(TOKEN, List.of(full), List.of()));
        scan(1);
        assertThat(nextEvent(PlanningEvent.RecordsUnplaced.class)
                        .records()
                        .get(0)
                        .reason())
                .isEqualTo(Reason.DESTINATION_INSUFFICIENT_SPACE);
        announced.replyTo().tell(new SpaceMessage.SpaceStatus(TOKEN, List.of(), List.of()));
        plan(2);
    }

    @Test
    void aRequestThatABrokerCannotDecideYetIsRepeatedAndShown() {
        start();
        scan(1);
        SpaceMessage.RequestLease request = next(SpaceMessage.RequestLease.class);
        decide(request, LeaseDecision.LEARNING);
        clock.pass(SpaceBrokerClient.REPEAT_INTERVAL);
        assertThat(nextEvent(PlanningEvent.Waiting.class).waits())
                .extracting(PlanningWait::cause)
                .containsExactly(PlanningWait.Cause.SPACE_BROKER_LEARNING);
        assertThat(next(SpaceMessage.RequestLease.class)).isEqualTo(request);
        decide(request, LeaseDecision.GRANTED);
        nextEvent(PlanningEvent.BatchReady.class);
    }

    @Test
    void aSupersededIncarnationReportsItOnceAndSendsNothingMore() {
        start();
        scan(1);
        scan(2);
        SpaceMessage.RequestLease first = next(SpaceMessage.RequestLease.class);
        SpaceMessage.RequestLease second = next(SpaceMessage.RequestLease.class);
        decide(first, LeaseDecision.STALE);
        decide(second, LeaseDecision.STALE);
        assertThat(nextEvent(PlanningEvent.Superseded.class))
                .isEqualTo(new PlanningEvent.Superseded(
                        TOKEN.epoch(), first.lease().assignmentId()));
        // All that the batcher has sent before is before this mark.
        SpaceMessage.ReturnLease mark = new SpaceMessage.ReturnLease(TOKEN, new UUID(7, 9));
        broker.getRef().tell(mark);
        assertThat(next(SpaceMessage.ReturnLease.class)).isEqualTo(mark);
        clock.pass(SpaceBrokerClient.REQUEST_TIMEOUT);
        broker.expectNoMessage(Duration.ofMillis(700));
        listener.expectNoMessage(Duration.ZERO);
    }

    /** The broker moves to another manager in mid-job: its successor knows nothing. */
    @Test
    void aNewBrokerLearnsTheLeasesOfARunningJob() {
        singleton = KIT.spawn(SpaceBroker.create(clock));
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        ActorRef<SpaceMessage> proxy = KIT.spawn(Behaviors.receive(SpaceMessage.class)
                .onAnyMessage(message -> {
                    singleton.tell(message);
                    return Behaviors.same();
                })
                .build());
        Assignment resumed = assignment(9, 4);
        start(proxy, List.of(resumed), node(3, 50_000));
        scan(1);
        Assignment planned = nextEvent(PlanningEvent.BatchReady.class).assignment();
        singleton = KIT.spawn(SpaceBroker.create(clock));
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        List<NodePromise> expected = Stream.of(resumed, planned)
                .map(SpaceLease::of)
                .map(lease -> new NodePromise(lease.node(), lease.mib(), 1))
                .toList();
        TestProbe<SpaceMessage.BrokerReply> reply = KIT.createTestProbe();
        FencingToken otherJob = new FencingToken(new UUID(7, 8), 1);
        await().atMost(TIMEOUT).untilAsserted(() -> {
            singleton.tell(new SpaceMessage.AnnounceLeases(otherJob, List.of(), List.of(), reply.getRef()));
            assertThat(reply.expectMessageClass(SpaceMessage.SpaceStatus.class).promises())
                    .containsExactlyInAnyOrderElementsOf(expected);
        });
    }

    /** During a rolling upgrade the oldest manager, which hosts the broker, is of an earlier build. */
    @Test
    void aBrokerOfAnEarlierBuildGetsTheMessagesItKnows() {
        start();
        scan(1);
        SpaceMessage.RequestLease unknown = next(SpaceMessage.RequestLease.class);
        clock.pass(SpaceBrokerClient.REPEAT_INTERVAL);
        next(SpaceMessage.RequestLease.class);
        clock.pass(SpaceBrokerClient.REPEAT_INTERVAL);
        SpaceMessage.Lease known = next(SpaceMessage.Lease.class);
        assertThat(known.assignmentId()).isEqualTo(unknown.lease().assignmentId());
        known.replyTo().tell(new SpaceMessage.SpaceReply(known.assignmentId(), known.node(), true, known.mib()));
        Assignment planned = nextEvent(PlanningEvent.BatchReady.class).assignment();
        scan(2);
        SpaceMessage.Lease atOnce = next(SpaceMessage.Lease.class);
        atOnce.replyTo().tell(new SpaceMessage.SpaceReply(atOnce.assignmentId(), atOnce.node(), true, 2));
        nextEvent(PlanningEvent.BatchReady.class);
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(planned, Leftover.NONE));
        assertThat(next(SpaceMessage.Return.class).assignmentId()).isEqualTo(planned.id());
        clock.pass(SpaceBook.ANNOUNCEMENT_INTERVAL);
        SpaceMessage.AnnounceLeases announced = next(SpaceMessage.AnnounceLeases.class);
        assertThat(next(SpaceMessage.Hold.class).assignmentId()).isEqualTo(atOnce.assignmentId());
        // The upgraded broker replies.
        announced.replyTo().tell(new SpaceMessage.SpaceStatus(TOKEN, List.of(), List.of()));
        scan(3);
        next(SpaceMessage.RequestLease.class);
    }

    @Test
    void aFailingDestinationIsReportedAndAvoidedWhileItIsPenalised() {
        start(broker.getRef(), List.of(assignment(9, 3)), node(3, 50_000), node(5, 50_000));
        next(SpaceMessage.AnnounceLeases.class);
        DestinationFault fault = DestinationFault.lost(Reason.ASSIGNMENT_REJECTED, "no such directory");
        batcher.tell(AssignmentBatcher.AssignmentEnded.failed(assignment(9, 3), Leftover.NONE, fault));
        SpaceMessage.ReportDestination report = next(SpaceMessage.ReportDestination.class);
        assertThat(report.node()).isEqualTo(location(3).storageNode());
        assertThat(report.fault()).contains(fault);
        // The next announcement is early, because its reply carries the penalty.
        clock.pass(Duration.ofSeconds(1));
        SpaceMessage.AnnounceLeases early = next(SpaceMessage.AnnounceLeases.class);
        Penalty penalty = new Penalty(
                report.node(),
                PenaltyCause.REFUSED,
                1,
                clock.instant(),
                clock.instant().plusSeconds(30),
                "no");
        early.replyTo().tell(new SpaceMessage.SpaceStatus(TOKEN, List.of(), List.of(penalty)));
        List<Assignment> planned = new ArrayList<>();
        for (int number = 101; number <= 120; number++) {
            planned.add(plan(number));
        }
        // The chance of each to be on the penalised node is 1 %.
        assertThat(planned.stream()
                        .filter(each -> each.destination().equals(location(3)))
                        .count())
                .isLessThan(5);
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(planned.get(0), Leftover.NONE));
        assertThat(next(SpaceMessage.ReportDestination.class).fault()).isEqualTo(Optional.empty());
    }

    @Test
    void anAssignmentThatWasWithdrawnShowsNothingAboutItsDestination() {
        start(broker.getRef(), List.of(assignment(8, 3), assignment(9, 3)), node(3, 50_000));
        batcher.tell(AssignmentBatcher.AssignmentEnded.withdrawn(assignment(8, 3), Leftover.NONE));
        batcher.tell(AssignmentBatcher.AssignmentEnded.carriedOut(assignment(9, 3), Leftover.NONE));
        assertThat(next(SpaceMessage.ReturnLease.class).assignmentId()).isEqualTo(new UUID(1, 8));
        assertThat(next(SpaceMessage.ReturnLease.class).assignmentId()).isEqualTo(new UUID(1, 9));
        next(SpaceMessage.ReportDestination.class);
    }
}
