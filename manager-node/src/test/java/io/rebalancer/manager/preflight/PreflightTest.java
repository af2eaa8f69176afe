package io.rebalancer.manager.preflight;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.preflight.CheckResult.Outcome;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.PlacementPolicy;
import io.rebalancer.core.storage.StorageNode;
import io.rebalancer.manager.evacuate.TestSettings;
import io.rebalancer.manager.fleet.DestinationCandidates;
import io.rebalancer.manager.fleet.StorageNodeDirectory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every check with each of its outcomes. The leaving node is {@code 1.stor} in {@code dc1}, uses 1,000 MiB, and is not listed by
 * storinfo unless a test lists it; {@code 2.stor} in {@code dc1} has space.
 */
@Tag("slow")
class PreflightTest {
    private static final ActorTestKit KIT = TestSettings.kit("preflight");
    private static final UUID JOB = new UUID(0, 7);
    private static final StorageNodeId LEAVING = location(1).storageNode();
    private static final StorageNode LEAVING_NODE = new StorageNode(LEAVING, "dc1", 1000, 50);
    private static final Duration REPLY_TIMEOUT = Duration.ofMillis(200);

    private final ServicesInMemory services = new ServicesInMemory(location(1));
    private DestinationCandidates nodes =
            new DestinationCandidates(true, List.of(node(2, "dc1", 9000)), List.of(), List.of(LEAVING_NODE));
    private List<NodePromise> promises = List.of();
    private Map<String, String> agents = Map.of("a:1", "1.0", "b:1", "1.0");
    private final Map<StorageNodeId, CompletionStage<Instant>> clocks = new HashMap<>(
            Map.of(location(2).storageNode(), CompletableFuture.completedFuture(Instant.EPOCH.plusSeconds(5))));
    private boolean brokerReplies = true;
    private boolean directoryReplies = true;
    private boolean cleanupRequired;
    private PlacementPolicy policy = new PlacementPolicy(90, 0, Set.of(), Set.of());

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static StorageNode node(int number, String datacenter, long freeMib) {
        return new StorageNode(location(number).storageNode(), datacenter, freeMib, 10);
    }

    private ActorRef<StorageNodeDirectory.Command> directory() {
        return KIT.spawn(Behaviors.receive(StorageNodeDirectory.Command.class)
                .onMessage(StorageNodeDirectory.GetCandidates.class, get -> {
                    if (directoryReplies) {
                        get.replyTo().tell(nodes);
                    }
                    return Behaviors.same();
                })
                .build());
    }

    private ActorRef<SpaceMessage> broker() {
        return KIT.spawn(Behaviors.receive(SpaceMessage.class)
                .onMessage(SpaceMessage.AnnounceLeases.class, announced -> {
                    assertThat(announced.held()).isEmpty();
                    if (brokerReplies) {
                        announced.replyTo().tell(new SpaceMessage.SpaceStatus(announced.token(), promises, List.of()));
                    }
                    return Behaviors.same();
                })
                .build());
    }

    private record Results(List<CheckResult> values) {
        CheckResult get(CheckName name) {
            return values.stream()
                    .filter(each -> each.name() == name)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Results run(String storageId) throws Exception {
        FleetQueries fleet = new FleetQueries(KIT.system(), directory(), broker(), REPLY_TIMEOUT);
        List<CheckResult> results = new PreflightRunner(
                        services,
                        Preflight.checks(
                                services,
                                services.jobs(),
                                services,
                                fleet,
                                new AgentVersionsCheck("1.0", () -> agents),
                                new AgentClocksCheck(
                                        fleet,
                                        node -> Optional.ofNullable(clocks.get(node)),
                                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)),
                                () -> policy,
                                () -> new LegacySettings(0, cleanupRequired),
                                REPLY_TIMEOUT),
                        Duration.ofSeconds(2))
                .check(storageId)
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        assertThat(results).extracting(CheckResult::name).containsExactly(CheckName.values());
        return new Results(results);
    }

    private void assertResult(CheckName name, Outcome outcome, String... details) throws Exception {
        CheckResult result = run("1.stor").get(name);
        assertThat(result.outcome()).as("%s", result).isEqualTo(outcome);
        for (String each : details) {
            assertThat(result.detail()).contains(each);
        }
        assertThat(result.advice().isEmpty()).isEqualTo(outcome == Outcome.PASS);
    }

    @Test
    void aHealthyFleetPassesEveryCheck() throws Exception {
        nodes = new DestinationCandidates(true, List.of(node(2, "dc1", 9000)), List.of(), List.of());
        Results results = run("1.stor");
        // Without an entry of storinfo, what the node holds is not known.
        assertThat(results.values().stream().filter(each -> each.outcome() != Outcome.PASS))
                .extracting(CheckResult::name)
                .containsExactlyInAnyOrder(CheckName.SPACE, CheckName.DATACENTERS);
        nodes = new DestinationCandidates(true, List.of(node(2, "dc1", 9000)), List.of(), List.of(LEAVING_NODE));
        assertThat(run("1.stor").values().stream().filter(each -> each.outcome() != Outcome.PASS))
                .extracting(CheckResult::name)
                .containsExactly(CheckName.NO_NEW_WRITES);
    }

    @Test
    void anUnknownNodeFailsAndWhatDependsOnItIsNotChecked() throws Exception {
        services.registered = CompletableFuture.completedFuture(Optional.empty());
        Results results = run("9.stor");
        assertThat(results.get(CheckName.STORAGE_NODE_KNOWN).outcome()).isEqualTo(Outcome.FAIL);
        assertThat(results.get(CheckName.STORAGE_NODE_KNOWN).detail()).contains("9.stor");
        assertThat(results.get(CheckName.SPACE).outcome()).isEqualTo(Outcome.WARN);
        assertThat(results.get(CheckName.SPACE).detail())
                .isEqualTo("not checked: the storage node 9.stor is not known");
        assertThat(results.get(CheckName.METADATA_SHARDS).outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void theStateOfTheNodeDecides() throws Exception {
        assertResult(CheckName.NODE_STATE, Outcome.PASS, "1.stor is IN_SERVICE");
        for (ServiceState state : List.of(ServiceState.FENCED, ServiceState.DRAINED)) {
            services.outOfService = List.of(new NodeStatus(LEAVING, state, JOB, Instant.EPOCH));
            assertResult(CheckName.NODE_STATE, Outcome.WARN, state.name(), JOB.toString());
        }
        services.outOfService =
                List.of(new NodeStatus(LEAVING, ServiceState.EXCLUDED, Optional.empty(), Instant.EPOCH));
        assertResult(CheckName.NODE_STATE, Outcome.PASS, "EXCLUDED", "as an operator ordered");
        services.outOfService = List.of(new NodeStatus(LEAVING, ServiceState.REMOVED, JOB, Instant.EPOCH));
        assertResult(CheckName.NODE_STATE, Outcome.FAIL, "REMOVED");
        services.outOfService =
                List.of(new NodeStatus(location(2).storageNode(), ServiceState.REMOVED, JOB, Instant.EPOCH));
        assertResult(CheckName.NODE_STATE, Outcome.PASS);
    }

    @Test
    void anotherJobOnTheNodeFailsAndCopiesToItAreAWarning() throws Exception {
        services.addJob("2.stor", false);
        services.addJob("1.stor", true);
        assertResult(CheckName.NO_OTHER_OPERATION, Outcome.PASS);
        promises = List.of(new NodePromise(LEAVING, 12, 3));
        assertResult(CheckName.NO_OTHER_OPERATION, Outcome.WARN, "3 assignments", "12 MiB");
        UUID active = services.addJob("1.stor", false);
        assertResult(CheckName.NO_OTHER_OPERATION, Outcome.FAIL, active.toString());
    }

    @Test
    void aShardThatFailsOrHangsIsNamed() throws Exception {
        services.pings.put(2, CompletableFuture.failedFuture(new IllegalStateException("refused")));
        assertResult(CheckName.METADATA_SHARDS, Outcome.FAIL, "1 of 3", "shard 2: refused");
        services.pings.put(2, CompletableFuture.completedFuture(null));
        assertResult(CheckName.METADATA_SHARDS, Outcome.PASS, "all 3");
        services.pings.put(3, new CompletableFuture<>());
        assertResult(CheckName.METADATA_SHARDS, Outcome.FAIL, "1 of 3", "shard 3: no reply within 200 ms");
    }

    @Test
    void unreachableAgentsAreCounted() throws Exception {
        nodes = new DestinationCandidates(
                true, List.of(LEAVING_NODE, node(2, "dc1", 9000)), List.of(node(3, "dc1", 9000)), List.of());
        assertResult(CheckName.AGENTS_REACHABLE, Outcome.WARN, "1 of 2", "3.stor");
        nodes = new DestinationCandidates(true, List.of(LEAVING_NODE), List.of(node(3, "dc1", 9000)), List.of());
        assertResult(CheckName.AGENTS_REACHABLE, Outcome.FAIL, "0 of 1");
    }

    @Test
    void versionsOfAgentsAreCompared() throws Exception {
        agents = Map.of("a:1", "1.0", "b:1", "0.9", "c:1", "0.9");
        assertResult(CheckName.AGENT_VERSIONS, Outcome.WARN, "2 agents run version 0.9", "manager runs version 1.0");
        agents = Map.of();
        assertResult(CheckName.AGENT_VERSIONS, Outcome.WARN, "not checked");
    }

    @Test
    void clocksOfAgentsAreCompared() throws Exception {
        nodes = new DestinationCandidates(
                true,
                List.of(node(2, "dc1", 9000), node(3, "dc1", 9000), node(4, "dc1", 9000)),
                List.of(),
                List.of(LEAVING_NODE));
        assertResult(CheckName.AGENT_CLOCKS, Outcome.PASS, "the clocks of 1 agents are right");
        clocks.put(location(3).storageNode(), CompletableFuture.failedFuture(new TimeoutException("no reply")));
        assertResult(CheckName.AGENT_CLOCKS, Outcome.PASS, "1 did not reply");
        clocks.put(location(3).storageNode(), CompletableFuture.completedFuture(Instant.EPOCH.plusSeconds(61)));
        clocks.put(LEAVING, CompletableFuture.completedFuture(Instant.EPOCH.minusSeconds(3600)));
        assertResult(CheckName.AGENT_CLOCKS, Outcome.WARN, "2 of 3 agents", "3.stor by 61 s", "1.stor by 3600 s");
        clocks.clear();
        assertResult(CheckName.AGENT_CLOCKS, Outcome.WARN, "not checked", "report no time");
        for (int time = 0; time < 2; time++) {
            clocks.put(LEAVING, CompletableFuture.failedFuture(new TimeoutException("no reply")));
            assertResult(CheckName.AGENT_CLOCKS, Outcome.WARN, "not checked", "none of 1 agents replied");
        }
    }

    @Test
    void spaceBelowTheCeilingThatIsNotPromisedIsCompared() throws Exception {
        policy = new PlacementPolicy(30, 0, Set.of(), Set.of());
        // 10,000 MiB in all, 1,000 used: 2,000 are below the ceiling.
        assertResult(CheckName.SPACE, Outcome.PASS, "uses 1000 MiB", "have 2000 MiB");
        promises = List.of(new NodePromise(location(2).storageNode(), 1001, 1));
        assertResult(CheckName.SPACE, Outcome.FAIL, "have 999 MiB");
        promises = List.of();
        policy = new PlacementPolicy(30, 0, Set.of(), Set.of(location(2).storageNode()));
        assertResult(CheckName.SPACE, Outcome.FAIL, "have 0 MiB");
        policy = new PlacementPolicy(30, 9001, Set.of(), Set.of());
        assertResult(CheckName.SPACE, Outcome.FAIL, "have 0 MiB");
    }

    @Test
    void theLeavingNodeIsNoDestination() throws Exception {
        nodes = new DestinationCandidates(true, List.of(LEAVING_NODE), List.of(), List.of());
        assertResult(CheckName.SPACE, Outcome.FAIL, "have 0 MiB");
        assertResult(CheckName.DATACENTERS, Outcome.FAIL);
    }

    @Test
    void onlyTheOwnDatacenterIsRightForEveryObject() throws Exception {
        assertResult(CheckName.DATACENTERS, Outcome.PASS, "dc1 has space for everything");
        nodes = new DestinationCandidates(true, List.of(node(2, "dc2", 9000)), List.of(), List.of(LEAVING_NODE));
        assertResult(CheckName.DATACENTERS, Outcome.WARN, "dc1", "{dc2=");
        nodes = new DestinationCandidates(
                true, List.of(node(2, "dc2", 9000), node(3, "dc1", 500)), List.of(), List.of(LEAVING_NODE));
        assertResult(CheckName.DATACENTERS, Outcome.WARN, "no space for everything");
        nodes = new DestinationCandidates(true, List.of(), List.of(), List.of(LEAVING_NODE));
        assertResult(CheckName.DATACENTERS, Outcome.FAIL);
    }

    @Test
    void aNodeThatStorinfoListsMayReceiveWrites() throws Exception {
        assertResult(CheckName.NO_NEW_WRITES, Outcome.WARN, "storinfo lists 1.stor");
        nodes = new DestinationCandidates(true, List.of(node(2, "dc1", 9000)), List.of(), List.of());
        assertResult(CheckName.NO_NEW_WRITES, Outcome.PASS);
    }

    @Test
    void aRequiredCleanupOfSnaplinksFails() throws Exception {
        assertResult(CheckName.SNAPLINKS, Outcome.PASS);
        cleanupRequired = true;
        assertResult(CheckName.SNAPLINKS, Outcome.FAIL, "snaplink-cleanup-required");
    }

    @Test
    void nothingPassesWithoutAnAnswer() throws Exception {
        services.registered = new CompletableFuture<>();
        services.hang();
        brokerReplies = false;
        directoryReplies = false;
        Results results = run("1.stor");
        for (CheckName name : CheckName.values()) {
            Outcome expected = switch (name) {
                case METADATA_SHARDS -> Outcome.FAIL;
                case AGENT_VERSIONS, SNAPLINKS -> Outcome.PASS;
                default -> Outcome.WARN;
            };
            assertThat(results.get(name).outcome()).as("%s", name).isEqualTo(expected);
        }
        assertThat(results.get(CheckName.STORAGE_NODE_KNOWN).detail())
                .isEqualTo("not checked: no answer within 2000 ms");
    }

    @Test
    void anUnreachableRegisterLeavesTheCheckWithoutAnAnswerOnceAndAlways() throws Exception {
        services.registered = CompletableFuture.failedFuture(new IllegalStateException("shard 1 is away"));
        for (int time = 0; time < 2; time++) {
            assertResult(CheckName.STORAGE_NODE_KNOWN, Outcome.WARN, "not checked: shard 1 is away");
            assertResult(CheckName.NODE_STATE, Outcome.WARN, "not checked: shard 1 is away");
        }
        services.registered = CompletableFuture.completedFuture(Optional.of(location(1)));
        assertResult(CheckName.STORAGE_NODE_KNOWN, Outcome.PASS);
    }

    @Test
    void aSilentBrokerLeavesSpaceUnknown() throws Exception {
        brokerReplies = false;
        assertResult(CheckName.SPACE, Outcome.WARN, "not checked");
        assertResult(CheckName.DATACENTERS, Outcome.WARN, "not checked");
        assertResult(CheckName.NO_OTHER_OPERATION, Outcome.WARN, "not checked");
    }

    @Test
    void aDirectoryWithoutAListLeavesTheFleetUnknown() throws Exception {
        nodes = DestinationCandidates.UNKNOWN;
        assertResult(CheckName.SPACE, Outcome.WARN, "storinfo");
        assertResult(CheckName.NO_NEW_WRITES, Outcome.WARN, "storinfo");
        assertResult(CheckName.AGENTS_REACHABLE, Outcome.WARN, "storinfo");
    }

    @Test
    void aCheckThatThrowsIsAWarning() throws Exception {
        PreflightCheck broken = new PreflightCheck() {
            @Override
            public CheckName name() {
                return CheckName.SPACE;
            }

            @Override
            public CompletableFuture<CheckResult> run(PreflightSubject subject) {
                throw new IllegalStateException("a bug");
            }
        };
        List<CheckResult> results = new PreflightRunner(services, List.of(broken), Duration.ofSeconds(2))
                .check("1.stor")
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        assertThat(results).containsExactly(CheckResult.unknown(CheckName.SPACE, "a bug"));
    }

    /** The datacenter of the leaving node is the one of the register, not of storinfo. */
    @Test
    void theRegisterStatesTheDatacenter() throws Exception {
        services.registered = CompletableFuture.completedFuture(Optional.of(new CopyLocation("dc9", LEAVING)));
        assertResult(CheckName.DATACENTERS, Outcome.WARN, "datacenter dc9");
    }
}
