package io.rebalancer.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.InventoryMessage;
import io.rebalancer.cluster.message.SignedOrder;
import io.rebalancer.cluster.message.WireMessage;
import io.rebalancer.cluster.order.OrderCodec;
import io.rebalancer.cluster.order.OrderRefused;
import io.rebalancer.cluster.order.OrderSigner;
import io.rebalancer.cluster.order.OrderVerifier;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.testsupport.SettableClock;
import io.rebalancer.testsupport.TestAuthority;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which messages reach the agent, and what the others are answered. */
@Tag("external")
class OrderGuardTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "rebalancer",
            ConfigFactory.parseString("pekko.remote.artery.canonical { hostname = \"127.0.0.1\", port = 0 }")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.example.com");
    private static final NamePatterns MANAGERS = new NamePatterns(List.of("manager-*"));
    private static final AgentMessage ORDER = new AgentMessage.PauseJob(new FencingToken(new UUID(1, 2), 3));

    @TempDir
    private static Path directory;

    private static PemIdentity manager;
    private static PemIdentity agentIdentity;

    private final TestProbe<AgentMessage> agent = KIT.createTestProbe();
    private final TestProbe<AgentMessage.OperatorReply> operator = KIT.createTestProbe();
    private final TestProbe<InventoryMessage.Reply> run = KIT.createTestProbe();
    private final SettableClock clock = new SettableClock();
    private final RefusedOrders refused = new RefusedOrders(clock);

    @BeforeAll
    static void createCertificates() throws Exception {
        TestAuthority ours = TestAuthority.create(directory.resolve("ours"), "ec", "manager-1", "agent-1");
        manager = PemIdentity.readMutual(ours.certificate("manager-1"), ours.key("manager-1"), ours.authority());
        agentIdentity = PemIdentity.readMutual(ours.certificate("agent-1"), ours.key("agent-1"), ours.authority());
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static SignedOrder signed(PemIdentity identity, AgentMessage message) {
        return new OrderSigner(new OrderCodec(KIT.system()), () -> identity, MANAGERS, Clock.systemUTC())
                .sign(NODE, message);
    }

    private ActorRef<AgentMessage> guarded(boolean withNames) {
        Optional<OrderVerifier> verifier = withNames
                ? Optional.of(
                        new OrderVerifier(NODE, MANAGERS, Duration.ofHours(1), () -> agentIdentity, Clock.systemUTC()))
                : Optional.empty();
        return KIT.spawn(OrderGuard.guard(NODE, verifier, refused, Behaviors.receiveMessage(message -> {
            agent.getRef().tell(message);
            return Behaviors.same();
        })));
    }

    @Test
    void aSignedOrderReachesTheAgentAsTheOrderInIt() {
        guarded(true).tell(signed(manager, ORDER));
        assertThat(agent.receiveMessage()).isEqualTo(ORDER);
    }

    @Test
    void withoutNamesOfManagersEveryOrderReachesTheAgent() {
        ActorRef<AgentMessage> guard = guarded(false);
        guard.tell(ORDER);
        assertThat(agent.receiveMessage()).isEqualTo(ORDER);
        guard.tell(signed(agentIdentity, ORDER));
        assertThat(agent.receiveMessage()).isEqualTo(ORDER);
    }

    /** Every request of operators and runs is refused with the reason. The last message shows that nothing else arrived. */
    @Test
    void whatIsNotSignedByAManagerIsRefusedAndAnswered() {
        ActorRef<AgentMessage> guard = guarded(true);
        AgentMessage gate = new AgentMessage.SetGate(CopyGate.STOPPED, operator.getRef());
        guard.tell(ORDER);
        guard.tell(gate);
        assertThat(((AgentMessage.RequestFailed) operator.receiveMessage()).detail())
                .contains("refuses the order: it is not signed", "set rebalancer.cluster.tls.manager-names");
        guard.tell(signed(agentIdentity, gate));
        assertThat(((AgentMessage.RequestFailed) operator.receiveMessage()).detail())
                .contains("the names [agent-1, rebalancer], and none matches");
        AgentMessage listing = new InventoryMessage.Begin(new RunToken(new UUID(1, 1), 1, 1), run.getRef());
        guard.tell(listing);
        assertThat(((InventoryMessage.Failed) run.receiveMessage()).detail()).contains("it is not signed");
        SignedOrder order = signed(manager, listing);
        guard.tell(new SignedOrder(
                order.chain(),
                new StorageNodeId("2.stor.example.com"),
                order.signedAt(),
                order.manifest(),
                order.message(),
                order.signature()));
        assertThat(((InventoryMessage.Failed) run.receiveMessage()).detail()).contains("is not what the holder");
        guard.tell(signed(manager, ORDER));
        assertThat(agent.receiveMessage()).isEqualTo(ORDER);
        agent.expectNoMessage(Duration.ZERO);
    }

    @Test
    void requestsOfThisProcessAndHarmlessMessagesNeedNoSignature() {
        ActorRef<AgentMessage> guard = guarded(true);
        AgentMessage.OperatorRequest request = new AgentMessage.AskStatus(operator.getRef());
        guard.tell(new OrderGuard.OwnRequest(request));
        assertThat(agent.receiveMessage()).isEqualTo(request);
        guard.tell(AgentMessage.Wake.INSTANCE);
        assertThat(agent.receiveMessage()).isEqualTo(AgentMessage.Wake.INSTANCE);
        TestProbe<AgentMessage.ClockReported> asking = KIT.createTestProbe();
        guard.tell(new AgentMessage.AskClock(asking.getRef()));
        assertThat(agent.receiveMessage()).isEqualTo(new AgentMessage.AskClock(asking.getRef()));
    }

    /** The guard takes a message that is no WireMessage for one of this process. */
    @Test
    void noSerializerReadsTheMessagesOfThisProcess() throws Exception {
        List<Class<?>> own = List.of(StorageAgent.class.getDeclaredClasses()).stream()
                .filter(AgentMessage.class::isAssignableFrom)
                .toList();
        assertThat(own).hasSizeGreaterThan(2);
        int serializer = SerializationExtension.get(KIT.system())
                .findSerializerFor(AgentMessage.Wake.INSTANCE)
                .identifier();
        for (Class<?> type : own) {
            assertThat(WireMessage.class.isAssignableFrom(type)).isFalse();
            assertThat(SerializationExtension.get(KIT.system())
                            .deserialize(new byte[] {(byte) 0xa0}, serializer, type.getName())
                            .isFailure())
                    .as(type.getName())
                    .isTrue();
        }
        assertThat(SerializationExtension.get(KIT.system())
                        .serialize(new OrderGuard.OwnRequest(new AgentMessage.AskStatus(operator.getRef())))
                        .isFailure())
                .isTrue();
    }

    @Test
    void aRefusalIsLoggedOnceInAMinuteForEachCause() {
        LoggingTestKit.warn("")
                .withOccurrences(1)
                .withLoggerName(RefusedOrders.class.getName())
                .expect(KIT.system(), () -> {
                    refused.record(ORDER, OrderRefused.unsigned());
                    refused.record(ORDER, OrderRefused.unsigned());
                    return true;
                });
        clock.pass(Duration.ofMinutes(1));
        LoggingTestKit.warn("")
                .withMessageRegex(".* PauseJob of 00000000-0000-0001-0000-000000000002 refused: it is not signed.*"
                        + "\\(1 more were refused for this cause since 1970-01-01T00:00:00Z\\)")
                .expect(KIT.system(), () -> {
                    refused.record(ORDER, OrderRefused.unsigned());
                    return true;
                });
    }
}
