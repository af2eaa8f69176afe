package io.rebalancer.cluster.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.SignedOrder;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.testsupport.TestAuthority;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a manager sends, when it signs, when it does not, and when its key fails once and for ever. */
@Tag("external")
class OrderSenderTest {
    private static final Config REMOTE = ConfigFactory.parseString(
                    "pekko.remote.artery.canonical { hostname = \"127.0.0.1\", port = 0 }")
            .withFallback(SettingsFile.over(ConfigFactory.empty()));
    private static final ActorTestKit MANAGER = ActorTestKit.create("rebalancer", REMOTE);
    private static final ActorTestKit AGENT = ActorTestKit.create("rebalancer", REMOTE);
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.example.com");
    private static final NamePatterns MANAGERS = new NamePatterns(List.of("manager-*"));
    private static final AgentMessage ORDER = new AgentMessage.PauseJob(new FencingToken(new UUID(1, 2), 3));

    @TempDir
    private static Path directory;

    private static PemIdentity identity;

    private final TestProbe<AgentMessage> agent = MANAGER.createTestProbe();
    private final AtomicInteger failures = new AtomicInteger();
    private final OrderSigner signer =
            new OrderSigner(new OrderCodec(MANAGER.system()), this::identity, MANAGERS, Clock.systemUTC());
    private final OrderSender sender = new OrderSender(MANAGER.system(), node -> agent.getRef(), Optional.of(signer));

    @BeforeAll
    static void createCertificates() throws Exception {
        TestAuthority authority = TestAuthority.create(directory.resolve("ours"), "ec", "manager-1");
        identity = PemIdentity.readMutual(
                authority.certificate("manager-1"), authority.key("manager-1"), authority.authority());
    }

    @AfterAll
    static void stop() {
        AGENT.shutdownTestKit();
        MANAGER.shutdownTestKit();
    }

    private PemIdentity identity() {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("the key is away");
        }
        return identity;
    }

    @Test
    void withoutASignerMessagesAreSentAsTheyAre() {
        new OrderSender(MANAGER.system(), node -> agent.getRef(), Optional.empty()).tell(NODE, ORDER);
        assertThat(agent.receiveMessage()).isEqualTo(ORDER);
    }

    @Test
    void messagesAreSignedInTheirOrder() throws Exception {
        OrderVerifier verifier =
                new OrderVerifier(NODE, MANAGERS, Duration.ofHours(1), () -> identity, Clock.systemUTC());
        OrderCodec codec = new OrderCodec(AGENT.system());
        for (int epoch = 1; epoch <= 20; epoch++) {
            sender.tell(NODE, new AgentMessage.PauseJob(new FencingToken(new UUID(1, 2), epoch)));
        }
        for (int epoch = 1; epoch <= 20; epoch++) {
            SignedOrder order = agent.expectMessageClass(SignedOrder.class);
            verifier.verify(order);
            assertThat(codec.decode(order))
                    .isEqualTo(new AgentMessage.PauseJob(new FencingToken(new UUID(1, 2), epoch)));
        }
    }

    /** The address of the reply is read on another member, so it must be complete. */
    @Test
    void theReplyToASignedRequestArrivesFromAnotherMember() throws Exception {
        CompletionStage<AgentMessage.OperatorReply> reply =
                sender.ask(NODE, AgentMessage.AskStatus::new, Duration.ofSeconds(60));
        SignedOrder order = agent.expectMessageClass(SignedOrder.class);
        AgentMessage.AskStatus request = (AgentMessage.AskStatus) new OrderCodec(AGENT.system()).decode(order);
        AgentMessage.OperatorReply answer = new AgentMessage.RequestFailed("from another member");
        request.replyTo().tell(answer);
        assertThat(reply.toCompletableFuture().get()).isEqualTo(answer);
    }

    /** A signature has a time: an agent with a wrong clock would refuse the question, and the check of clocks find nothing. */
    @Test
    void theQuestionAboutTheClockIsNotSigned() throws Exception {
        CompletionStage<AgentMessage.ClockReported> reply =
                sender.ask(NODE, AgentMessage.AskClock::new, Duration.ofSeconds(60));
        AgentMessage.AskClock asked = agent.expectMessageClass(AgentMessage.AskClock.class);
        asked.replyTo().tell(new AgentMessage.ClockReported(NODE, Instant.EPOCH));
        assertThat(reply.toCompletableFuture().get().at()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void aKeyThatFailsOnceDropsOneMessage() {
        failures.set(1);
        sender.tell(NODE, ORDER);
        sender.tell(NODE, ORDER);
        agent.expectMessageClass(SignedOrder.class);
        failures.set(1);
        assertThatThrownBy(() -> sender.ask(NODE, AgentMessage.AskStatus::new, Duration.ofSeconds(60))
                        .toCompletableFuture()
                        .get())
                .hasRootCauseMessage("the key is away");
        agent.expectNoMessage(Duration.ZERO);
    }

    @Test
    void aKeyThatFailsForEverSendsNothingWithoutASignature() {
        failures.set(Integer.MAX_VALUE);
        for (int i = 0; i < 3; i++) {
            sender.tell(NODE, ORDER);
        }
        agent.expectNoMessage(Duration.ZERO);
    }
}
