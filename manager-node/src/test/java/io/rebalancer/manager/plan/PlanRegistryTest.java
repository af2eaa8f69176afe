package io.rebalancer.manager.plan;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.message.PlanMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress.State;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.PlanRefusal.Code;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.PlanSummary;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.PlanService;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.settings.Window;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.evacuate.planning.PlanningResources;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import io.rebalancer.manager.preflight.FleetQueries;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The registry of plans, over records, a fleet and a history in memory. The leaving node is 1. */
@Tag("slow")
class PlanRegistryTest {
    private static final ActorTestKit KIT = TestSettings.kit("plans");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration QUESTION = Duration.ofMillis(500);
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final AtomicInteger openScans = new AtomicInteger();
    private final RecordsInMemory records = new RecordsInMemory() {
        @Override
        public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
            ShardCursor cursor = super.open(shard, leaving, from);
            openScans.incrementAndGet();
            return new ShardCursor() {
                @Override
                public CompletionStage<Chunk> next() {
                    return cursor.next();
                }

                @Override
                public ScanPosition position() {
                    return cursor.position();
                }

                @Override
                public void close() {
                    openScans.decrementAndGet();
                }
            };
        }
    };
    private final ShiftedClock clock = new ShiftedClock();
    private volatile Supplier<CompletionStage<JobHistory.Page<JobHistory.JobLine>>> earlier =
            () -> CompletableFuture.completedFuture(new JobHistory.Page<>(List.of(), Optional.empty()));
    private volatile List<StorageNode> nodes = List.of(node(1, 600, 40), node(3, 1000, 0));
    private volatile boolean fleetKnown = true;
    private volatile boolean brokerReplies = true;
    private volatile boolean settingsFail;
    private final PlanService service = service(KIT.spawn(PlanRegistry.create(resources())));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** The time of day, and hours that a test lets pass. */
    private static final class ShiftedClock extends Clock {
        private volatile Duration shift = Duration.ZERO;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(shift);
        }
    }

    private static StorageNode node(int number, long freeMib, int percentUsed) {
        return new StorageNode(location(number).storageNode(), "dc" + number, freeMib, percentUsed);
    }

    private PlanResources resources() {
        EvacuateSettings settings = TestSettings.evacuate("""
                rebalancer.evacuate { max-assignment-age = 10ms }
                rebalancer.placement { max-fill-percent = 100, min-free-mib = 0 }
                """);
        ActorRef<StorageNodeDirectory.Command> directory = directory();
        ActorRef<SpaceMessage> broker = broker();
        return new PlanResources(
                new PlanningResources(
                        () -> {
                            if (settingsFail) {
                                throw new IllegalStateException("no settings");
                            }
                            return settings;
                        },
                        records.scan(),
                        directory,
                        broker,
                        clock),
                new FleetQueries(KIT.system(), directory, broker, QUESTION),
                history());
    }

    private ActorRef<StorageNodeDirectory.Command> directory() {
        return KIT.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                .onMessage(StorageNodeDirectory.GetCandidates.class, get -> {
                    get.replyTo()
                            .tell(
                                    fleetKnown
                                            ? new DestinationCandidates(true, nodes, List.of(), List.of())
                                            : DestinationCandidates.UNKNOWN);
                    return Behaviors.same();
                })
                .build());
    }

    private ActorRef<SpaceMessage> broker() {
        return KIT.spawn(Behaviors.receiveMessage(message -> {
            if (message instanceof SpaceMessage.AnnounceLeases announced && brokerReplies) {
                announced.replyTo().tell(new SpaceMessage.SpaceStatus(announced.token(), List.of(), List.of()));
            }
            return Behaviors.same();
        }));
    }

    private JobHistory history() {
        return (JobHistory) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {JobHistory.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("jobs")) {
                        return earlier.get();
                    }
                    throw new AssertionError("a plan calls " + method);
                });
    }

    private PlanService service(ActorRef<PlanMessage> registry) {
        RecordsInMemory register = new RecordsInMemory() {
            @Override
            public CompletionStage<Optional<CopyLocation>> findStorageNode(String storageId) {
                return CompletableFuture.completedFuture(
                        storageId.matches("[1-9]\\.stor")
                                ? Optional.of(location(storageId.charAt(0) - '0'))
                                : Optional.empty());
            }
        };
        return new ClusterPlanService(KIT.system(), register, registry, Duration.ofSeconds(5));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private UUID begin() throws Exception {
        return get(service.create(UUID.randomUUID(), List.of("1.stor"), 0, Scenario.NONE));
    }

    private PlanReport ended(UUID id) {
        return await().atMost(TIMEOUT)
                .until(() -> get(service.get(id)), plan -> plan.progress().state() != State.RUNNING);
    }

    private PlanReport ready() throws Exception {
        PlanReport plan = ended(begin());
        assertThat(plan.progress().state()).as("%s", plan).isEqualTo(State.READY);
        return plan;
    }

    private static PlanRefusal refusal(CompletionStage<?> stage) {
        Throwable[] cause = new Throwable[1];
        assertThatThrownBy(() -> get(stage)).satisfies(failure -> cause[0] = Failures.rootCause(failure));
        assertThat(cause[0]).isInstanceOf(PlanService.PlanRefused.class);
        return ((PlanService.PlanRefused) cause[0]).refusal();
    }

    private void putObjects(int count) {
        for (int each = 10; each < 10 + count; each++) {
            records.put(each, each, 1, 2);
        }
    }

    private void hangShards() {
        records.outage(NO_LIMIT);
    }

    private static JobHistory.JobLine job(String state, long records, Duration took) {
        return new JobHistory.JobLine(
                UUID.randomUUID(),
                "5.stor",
                "dc5",
                state,
                "",
                Instant.EPOCH,
                Optional.of(Instant.EPOCH.plus(took)),
                1,
                1,
                new JobCounts(new SettledCounts(records, 0, 0, 0, records * 5), 0, 0, 0));
    }

    @Test
    void aPlanIsComputedKeptAndListed() throws Exception {
        putObjects(30);
        PlanReport plan = ready();
        assertThat(plan.progress().moves().objects()).isEqualTo(30);
        assertThat(plan.progress().moves().destinations())
                .singleElement()
                .matches(each -> each.destination().equals(location(3)));
        assertThat(plan.duration().shortest()).isEmpty();
        assertThat(plan.duration().basis()).startsWith("unknown, because no job");
        assertThat(plan.expiresAt()).contains(plan.endedAt().orElseThrow().plus(Duration.ofHours(24)));
        assertThat(records.puts()).isZero();
        PlanReport second = ready();
        assertThat(get(service.list()).plans()).extracting(PlanSummary::id).containsExactly(second.id(), plan.id());
        assertThat(get(service.list()).since()).isBefore(plan.createdAt());
    }

    @Test
    void theDurationComesFromJobsThatEmptiedTheirNode() throws Exception {
        putObjects(50);
        earlier = () -> CompletableFuture.completedFuture(new JobHistory.Page<>(
                List.of(
                        job("DONE", 100, Duration.ofSeconds(100)),
                        job("DONE", 100, Duration.ofSeconds(400)),
                        job("DONE", 99, Duration.ofSeconds(1)),
                        job("CANCELLED", 1000, Duration.ofSeconds(1))),
                Optional.empty()));
        PlanReport plan = ready();
        assertThat(plan.duration().shortest().orElseThrow()).isLessThan(Duration.ofSeconds(50));
        assertThat(plan.duration().longest().orElseThrow()).isGreaterThan(Duration.ofSeconds(200));
        assertThat(plan.duration().basis()).contains("the last 2 jobs", "half of them less than ");
    }

    @Test
    void aWindowMakesTheDurationLonger() throws Exception {
        putObjects(100);
        earlier = () -> CompletableFuture.completedFuture(
                new JobHistory.Page<>(List.of(job("DONE", 100, Duration.ofHours(10))), Optional.empty()));
        Window hours = new Window(ZoneOffset.UTC, List.of(WeeklyRange.parse("mon-sun 12:00-13:00")), Set.of());
        Scenario scenario = new Scenario(Set.of(), OptionalInt.empty(), OptionalLong.empty(), Optional.of(hours));
        PlanReport plan = ended(get(service.create(UUID.randomUUID(), List.of("1.stor"), 0, scenario)));
        assertThat(plan.duration().longest().orElseThrow()).isGreaterThan(Duration.ofDays(10));
        assertThat(plan.duration().basis()).contains("with work only in the window", "12:00-13:00 ");
        assertThat(refusal(service.check(plan.id(), "1.stor", 0)).code()).isEqualTo(Code.PLAN_IS_WHAT_IF);
    }

    @Test
    void aHistoryThatFailsLeavesTheDurationUnknown() throws Exception {
        earlier = () -> CompletableFuture.failedFuture(new IOException("the database is away"));
        assertThat(ready().duration().basis())
                .isEqualTo("unknown, because the history of jobs can't be read: the database is away");
        earlier = () -> {
            throw new IllegalStateException("no pool");
        };
        assertThat(ready().duration().basis()).contains("no pool");
    }

    @Test
    void aRepeatedOrderBeginsNoFurtherPlan() throws Exception {
        putObjects(1);
        hangShards();
        UUID id = new UUID(0, 99);
        assertThat(get(service.create(id, List.of("1.stor"), 0, Scenario.NONE))).isEqualTo(id);
        assertThat(get(service.create(id, List.of("1.stor"), 0, Scenario.NONE))).isEqualTo(id);
        assertThat(get(service.list()).plans()).extracting(PlanSummary::id).containsExactly(id);
        PlanRefusal refusal = refusal(service.create(id, List.of("2.stor"), 0, Scenario.NONE));
        assertThat(refusal.code()).isEqualTo(Code.IDEMPOTENCY_KEY_REUSED);
        assertThat(refusal.detail()).contains("1.stor", "take a new key");
        assertThat(refusal(service.create(id, List.of("1.stor"), 7, Scenario.NONE))
                        .code())
                .isEqualTo(Code.IDEMPOTENCY_KEY_REUSED);
        records.outage(0);
    }

    @Test
    void aThirdPlanIsRefusedUntilOneIsDeleted() throws Exception {
        putObjects(1);
        hangShards();
        UUID first = begin();
        UUID second = begin();
        PlanRefusal refusal = refusal(service.create(UUID.randomUUID(), List.of("1.stor"), 0, Scenario.NONE));
        assertThat(refusal.code()).isEqualTo(Code.TOO_MANY_PLANS);
        assertThat(refusal.detail()).contains("1.stor", "2 plans");
        get(service.delete(first));
        UUID third = begin();
        assertThat(get(service.list()).plans()).extracting(PlanSummary::id).containsExactly(third, second);
        assertThat(refusal(service.get(first)).code()).isEqualTo(Code.PLAN_NOT_FOUND);
        records.outage(0);
        assertThat(ended(second).progress().moves().objects()).isEqualTo(1);
        assertThat(ended(third).progress().moves().objects()).isEqualTo(1);
        assertThat(refusal(service.get(first)).code()).isEqualTo(Code.PLAN_NOT_FOUND);
    }

    @Test
    void aPlanThatIsDeletedReadsNothingMore() throws Exception {
        putObjects(1);
        hangShards();
        UUID plan = begin();
        await().atMost(TIMEOUT).until(() -> openScans.get() == 2);
        get(service.delete(plan));
        await().atMost(TIMEOUT).until(() -> openScans.get() == 0);
    }

    @Test
    void theSameOrderTwiceIsOnePlan() throws Exception {
        ActorRef<PlanMessage> registry = KIT.spawn(PlanRegistry.create(resources()));
        UUID id = UUID.randomUUID();
        TestProbe<PlanMessage.PlanReply> replies = KIT.createTestProbe();
        PlanMessage.CreatePlan order = new PlanMessage.CreatePlan(id, PlanOrder.of(location(1), 0), replies.getRef());
        registry.tell(order);
        registry.tell(order);
        assertThat(replies.receiveMessage(TIMEOUT)).isEqualTo(new PlanMessage.PlanAccepted(id));
        assertThat(replies.receiveMessage(TIMEOUT)).isEqualTo(new PlanMessage.PlanAccepted(id));
        assertThat(get(service(registry).list()).plans()).hasSize(1);
    }

    @Test
    void plansExpireAfterADay() throws Exception {
        PlanReport plan = ready();
        clock.shift = Duration.ofHours(23);
        assertThat(get(service.get(plan.id())).id()).isEqualTo(plan.id());
        clock.shift = Duration.ofHours(25);
        PlanRefusal refusal = refusal(service.get(plan.id()));
        assertThat(refusal.code()).isEqualTo(Code.PLAN_NOT_FOUND);
        assertThat(refusal.detail()).contains("24 h", "in the memory of one manager", "create the plan again");
    }

    @Test
    void theLastTwentyAreKept() throws Exception {
        PlanReport oldest = ready();
        for (int each = 0; each < 20; each++) {
            ready();
        }
        assertThat(get(service.list()).plans())
                .hasSize(20)
                .extracting(PlanSummary::id)
                .doesNotContain(oldest.id());
    }

    @Test
    void anUnknownStorageNodeIsRefused() {
        PlanRefusal refusal = refusal(service.create(UUID.randomUUID(), List.of("unknown"), 0, Scenario.NONE));
        assertThat(refusal.code()).isEqualTo(Code.UNKNOWN_STORAGE_NODE);
        assertThat(refusal.detail()).contains("unknown storage node unknown");
    }

    @Test
    void aFleetThatIsUnknownFailsThePlanAndTheNextOneWorks() throws Exception {
        fleetKnown = false;
        PlanReport failed = ended(begin());
        assertThat(failed.progress().state()).isEqualTo(State.FAILED);
        assertThat(failed.progress().note()).contains("storinfo", "create the plan again");
        fleetKnown = true;
        brokerReplies = false;
        failed = ended(begin());
        assertThat(failed.progress().note()).contains("the figures of the fleet are not known");
        assertThat(refusal(service.check(failed.id(), "1.stor", 0)).code()).isEqualTo(Code.PLAN_NOT_READY);
        brokerReplies = true;
        ready();
    }

    @Test
    void aJobMayBeCreatedFromAPlanOfTheSameFleet() throws Exception {
        putObjects(30);
        get(service.check(ready().id(), "1.stor", 0));
    }

    @Test
    void lessSpaceOutdatesThePlan() throws Exception {
        putObjects(30);
        PlanReport plan = ready();
        nodes = List.of(node(1, 600, 40), node(3, 29, 0));
        get(service.check(plan.id(), "1.stor", 0));
        nodes = List.of(node(1, 600, 40), node(3, 27, 0));
        PlanRefusal refusal = refusal(service.check(plan.id(), "1.stor", 0));
        assertThat(refusal.code()).isEqualTo(Code.PLAN_OUTDATED);
        assertThat(refusal.changes())
                .singleElement()
                .asString()
                .contains("3 of 30 planned MiB", "3.stor", "the tolerance is 5 %");
        assertThat(refusal.detail()).contains(refusal.changes().get(0), "create another plan");
        nodes = List.of(node(1, 600, 50), node(4, 1000, 0));
        assertThat(refusal(service.check(plan.id(), "1.stor", 0)).changes()).hasSize(2);
    }

    @Test
    void aPlanIsOnlyForItsJob() throws Exception {
        PlanReport plan = ready();
        assertThat(refusal(service.check(plan.id(), "2.stor", 0)).code()).isEqualTo(Code.PLAN_MISMATCH);
        assertThat(refusal(service.check(plan.id(), "1.stor", 7)).detail()).contains("all objects", "at most 7");
        assertThat(refusal(service.check(UUID.randomUUID(), "1.stor", 0)).code())
                .isEqualTo(Code.PLAN_NOT_FOUND);
        putObjects(1);
        hangShards();
        assertThat(refusal(service.check(begin(), "1.stor", 0)).code()).isEqualTo(Code.PLAN_NOT_READY);
        records.outage(0);
    }

    @Test
    void aWhatIfIsComputedAndNoJobIsCreatedFromIt() throws Exception {
        putObjects(30);
        earlier = () -> CompletableFuture.completedFuture(
                new JobHistory.Page<>(List.of(job("DONE", 100, Duration.ofSeconds(100))), Optional.empty()));
        nodes = List.of(node(1, 600, 40), node(2, 600, 40), node(3, 1000, 0), node(4, 1000, 0));
        Scenario scenario = new Scenario(Set.of("dc3"), OptionalInt.of(50), OptionalLong.of(7), Optional.empty());
        PlanReport plan =
                ended(get(service.create(UUID.randomUUID(), List.of("1.stor", "2.stor", "1.stor"), 0, scenario)));
        assertThat(plan.progress().state()).as("%s", plan).isEqualTo(State.READY);
        assertThat(plan.order().leaving()).containsExactly(location(1), location(2));
        assertThat(plan.order().scenario()).isEqualTo(scenario);
        assertThat(plan.progress().moves().destinations())
                .singleElement()
                .matches(each -> each.destination().equals(location(4)));
        assertThat(plan.duration().basis()).contains("one storage node after the other");
        assertThat(refusal(service.check(plan.id(), "1.stor", 0)).code()).isEqualTo(Code.PLAN_IS_WHAT_IF);
    }

    @Test
    void aPlanWithoutASeedGetsOneThatRepeatsIt() throws Exception {
        putObjects(30);
        PlanReport plan = ready();
        Scenario seeded = plan.order().scenario();
        assertThat(seeded.seed()).isPresent();
        PlanReport again = ended(get(service.create(UUID.randomUUID(), List.of("1.stor"), 0, seeded)));
        assertThat(again.progress()).isEqualTo(plan.progress());
        get(service.check(again.id(), "1.stor", 0));
    }

    @Test
    void aPlanThatCanNotBeComparedIsRefusedOnceAndForEver() throws Exception {
        PlanReport plan = ready();
        fleetKnown = false;
        assertThat(refusal(service.check(plan.id(), "1.stor", 0)).code()).isEqualTo(Code.FLEET_UNKNOWN);
        assertThat(refusal(service.check(plan.id(), "1.stor", 0)).detail())
                .contains("storinfo", "repeat the request later");
        fleetKnown = true;
        get(service.check(plan.id(), "1.stor", 0));
    }

    @Test
    void aRunThatFailsIsAFailedPlan() throws Exception {
        records.put(10, 10, 1, 2);
        EvacuateSettings settings = TestSettings.evacuate("rebalancer.placement { max-fill-percent = 100 }");
        PlanResources broken = new PlanResources(
                new PlanningResources(() -> settings, new BrokenScan().scan(), directory(), broker(), clock),
                resources().queries(),
                history());
        PlanService plans = service(KIT.spawn(PlanRegistry.create(broken)));
        UUID id = get(plans.create(UUID.randomUUID(), List.of("1.stor"), 0, Scenario.NONE));
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(get(plans.get(id)).progress()).satisfies(progress -> {
                    assertThat(progress.state()).isEqualTo(State.FAILED);
                    assertThat(progress.note()).contains("stopped unexpectedly");
                }));
        assertThat(get(plans.list()).plans()).hasSize(1);
    }

    /** Plans are lost with the registry; so they are with its manager. */
    @Test
    void aRegistryThatFailsStartsAgainWithoutPlans() throws Exception {
        putObjects(30);
        UUID first = begin();
        ended(first);
        settingsFail = true;
        for (int attempt = 0; attempt < 2; attempt++) {
            UUID lost = begin();
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(refusal(service.get(lost)).detail())
                            .contains("no plan " + lost, "create the plan again"));
        }
        assertThat(get(service.list()).plans()).isEmpty();
        settingsFail = false;
        assertThat(ready().progress().moves().objects()).isEqualTo(30);
        assertThat(refusal(service.get(first)).code()).isEqualTo(Code.PLAN_NOT_FOUND);
    }

    /** Has no shards that can be listed. */
    private static final class BrokenScan extends RecordsInMemory {
        @Override
        public List<Integer> shards() {
            throw new IllegalStateException("no list of shards");
        }
    }

    @Test
    void aRegistryThatDoesNotReplyIsNamed() {
        ActorRef<PlanMessage> silent = KIT.spawn(Behaviors.ignore());
        PlanService plans = new ClusterPlanService(KIT.system(), records, silent, Duration.ofMillis(200));
        assertThatThrownBy(() -> get(plans.list()))
                .hasMessageContaining("the registry of plans did not reply within")
                .hasMessageContaining("GET /api/v1/cluster");
    }
}
