package io.rebalancer.cluster.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.AgentMessage;
import io.rebalancer.cluster.message.SignedOrder;
import io.rebalancer.cluster.order.OrderRefused.Cause;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.tls.NamePatterns;
import io.rebalancer.cluster.tls.PemIdentity;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.testsupport.SettableClock;
import io.rebalancer.testsupport.TestAuthority;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent obeys, and each reason why it refuses an order, with real certificates. */
@Tag("external")
class SignedOrderTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "orders",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private static final StorageNodeId NODE = new StorageNodeId("1.stor.example.com");
    private static final StorageNodeId OTHER = new StorageNodeId("2.stor.example.com");
    private static final NamePatterns MANAGERS = new NamePatterns(List.of("manager-*"));
    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final AgentMessage ORDER = new AgentMessage.PauseJob(new FencingToken(new UUID(1, 2), 3));

    @TempDir
    private static Path directory;

    private static TestAuthority ours;
    private static TestAuthority theirs;

    private final OrderCodec codec = new OrderCodec(KIT.system());
    private final SettableClock agentClock = new SettableClock(Instant.now());
    private final AtomicReference<PemIdentity> agent = new AtomicReference<>();
    private final AtomicReference<PemIdentity> manager = new AtomicReference<>();
    private final SettableClock managerClock = new SettableClock(agentClock.instant());
    private final OrderSigner signer = new OrderSigner(codec, manager::get, MANAGERS, managerClock);
    private OrderVerifier verifier;

    @BeforeAll
    static void createCertificates() throws Exception {
        ours = TestAuthority.create(directory.resolve("ours"), "ec", "manager-1", "manager-2", "agent-1");
        ours.createEnded("manager-3");
        theirs = TestAuthority.create(directory.resolve("theirs"), "ec", "manager-1", "agent-1");
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() {
        agent.set(identity(ours, "agent-1"));
        manager.set(identity(ours, "manager-1"));
        verifier = verifier(NODE);
    }

    private static PemIdentity identity(TestAuthority authority, String name) {
        return PemIdentity.readMutual(authority.certificate(name), authority.key(name), authority.authority());
    }

    private OrderVerifier verifier(StorageNodeId own) {
        return new OrderVerifier(own, MANAGERS, MAX_AGE, agent::get, agentClock);
    }

    private static void assertRefused(Cause cause, ThrowingCallable obeyed, String... details) {
        assertThatThrownBy(obeyed).isInstanceOfSatisfying(OrderRefused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(cause);
            for (String detail : details) {
                assertThat(refused).hasMessageContaining(detail);
            }
        });
    }

    private void assertRefused(Cause cause, SignedOrder order, String... details) {
        assertRefused(cause, () -> verifier.verify(order), details);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec", "ed25519"})
    void theOrderOfAManagerIsObeyed(String key) throws Exception {
        TestAuthority authority = TestAuthority.create(directory.resolve(key), key, "manager-1", "agent-1");
        manager.set(identity(authority, "manager-1"));
        agent.set(identity(authority, "agent-1"));
        SignedOrder order = signer.sign(NODE, ORDER);
        assertThat(verifier.verify(order)).containsExactly("manager-1", "rebalancer");
        assertThat(codec.decode(order)).isEqualTo(ORDER);
    }

    @Test
    void theCertificateOfAnAgentCanNotOrder() {
        manager.set(identity(ours, "agent-1"));
        assertRefused(
                Cause.NO_MANAGER,
                signer.sign(NODE, ORDER),
                "the names [agent-1, rebalancer], and none matches cluster.tls.manager-names [manager-*]");
    }

    @Test
    void anotherAuthorityIsRefused() {
        manager.set(identity(theirs, "manager-1"));
        assertRefused(
                Cause.UNTRUSTED,
                signer.sign(NODE, ORDER),
                "the certificate of its signer is not trusted",
                "CN=manager-1",
                "cluster.tls.authority");
    }

    @Test
    void aCertificateThatHasEndedIsRefused() {
        manager.set(identity(ours, "manager-3"));
        assertRefused(Cause.UNTRUSTED, signer.sign(NODE, ORDER), "is not trusted", "valid until");
    }

    @Test
    void certificatesThatCanNotBeReadAreRefused() {
        SignedOrder order = signer.sign(NODE, ORDER);
        for (byte[] chain : List.of(new byte[0], new byte[] {1, 2}, new byte[40_000])) {
            assertRefused(
                    Cause.UNTRUSTED,
                    new SignedOrder(
                            chain, NODE, order.signedAt(), order.manifest(), order.message(), order.signature()),
                    "can't be read");
        }
    }

    /** A manager's certificate is no secret: with it, and without its key, nothing can be signed. */
    @Test
    void theCertificateOfAManagerWithTheKeyOfAnAgentIsRefused() {
        SignedOrder honest = signer.sign(NODE, ORDER);
        manager.set(identity(ours, "agent-1"));
        SignedOrder forged = signer.sign(NODE, ORDER);
        assertRefused(
                Cause.ALTERED,
                new SignedOrder(
                        honest.chain(),
                        NODE,
                        forged.signedAt(),
                        forged.manifest(),
                        forged.message(),
                        forged.signature()),
                "is not what the holder of the certificate with the names [manager-1, rebalancer] signed");
    }

    @Test
    void eachChangedFieldIsNoticed() {
        SignedOrder order = signer.sign(NODE, ORDER);
        for (int i = 0; i < order.message().length; i++) {
            byte[] changed = order.message().clone();
            changed[i] ^= 1;
            assertRefused(Cause.ALTERED, copy(order, NODE, order.signedAt(), order.manifest(), changed));
        }
        assertRefused(Cause.ALTERED, copy(order, OTHER, order.signedAt(), order.manifest(), order.message()));
        assertRefused(
                Cause.ALTERED, copy(order, NODE, order.signedAt().plusNanos(1), order.manifest(), order.message()));
        assertRefused(Cause.ALTERED, copy(order, NODE, order.signedAt(), "other", order.message()));
        byte[] signature = order.signature().clone();
        signature[signature.length - 1] ^= 1;
        assertRefused(
                Cause.ALTERED,
                new SignedOrder(order.chain(), NODE, order.signedAt(), order.manifest(), order.message(), signature));
        assertRefused(
                Cause.ALTERED,
                new SignedOrder(
                        order.chain(), NODE, order.signedAt(), order.manifest(), order.message(), new byte[] {1}),
                "can't be checked");
    }

    private static SignedOrder copy(
            SignedOrder order, StorageNodeId destination, Instant signedAt, String manifest, byte[] message) {
        return new SignedOrder(order.chain(), destination, signedAt, manifest, message, order.signature());
    }

    @Test
    void anOrderForAnotherAgentIsRefused() throws Exception {
        SignedOrder order = signer.sign(OTHER, ORDER);
        assertRefused(Cause.OTHER_NODE, order, "for the agent of " + OTHER, "this is the agent of " + NODE);
        verifier(OTHER).verify(order);
    }

    @Test
    void anOrderIsObeyedOnceAndARepetitionIsSignedAgain() throws Exception {
        SignedOrder order = signer.sign(NODE, ORDER);
        verifier.verify(order);
        assertRefused(Cause.REPLAYED, order, "it arrived before");
        managerClock.pass(Duration.ofNanos(1000));
        verifier.verify(signer.sign(NODE, ORDER));
    }

    /** After a restart the agent has forgotten what arrived, so the time of the signature bounds a replay. */
    @Test
    void anOrderThatIsTooOldOrOfTheFutureIsRefusedWithBothTimes() throws Exception {
        SignedOrder order = signer.sign(NODE, ORDER);
        Instant signedAt = managerClock.instant();
        agentClock.set(signedAt.plus(MAX_AGE).plusMillis(1));
        assertRefused(
                Cause.WRONG_TIME,
                order,
                "signed at " + signedAt,
                "it is " + agentClock.instant() + " by the clock of " + NODE,
                "(3600 s)");
        agentClock.set(signedAt.minus(MAX_AGE).minusMillis(1));
        assertRefused(Cause.WRONG_TIME, order, "signed at " + signedAt);
        agentClock.set(signedAt.minus(MAX_AGE));
        verifier.verify(order);
    }

    @Test
    void aReplacedCertificateSignsTheNextOrder() throws Exception {
        SignedOrder first = signer.sign(NODE, ORDER);
        manager.set(identity(ours, "manager-2"));
        SignedOrder second = signer.sign(NODE, ORDER);
        assertThat(verifier.verify(first)).contains("manager-1");
        assertThat(verifier.verify(second)).contains("manager-2");
    }

    @Test
    void aReplacedAuthorityEndsTheTrustInKnownSigners() throws Exception {
        verifier.verify(signer.sign(NODE, ORDER));
        agent.set(identity(theirs, "agent-1"));
        assertRefused(Cause.UNTRUSTED, signer.sign(NODE, ORDER));
        manager.set(identity(theirs, "manager-1"));
        verifier.verify(signer.sign(NODE, ORDER));
    }

    /** An honest manager of another build; a message of another kind never reaches the agent. */
    @Test
    void aMessageThatAgentsDoNotGetIsRefused() {
        SignedOrder order = signer.sign(NODE, ORDER);
        SignedOrder nested = signer.sign(NODE, order);
        assertRefused(Cause.UNREADABLE, () -> codec.decode(nested), "agents get no such message");
        assertRefused(
                Cause.UNREADABLE,
                () -> codec.decode(copy(order, NODE, order.signedAt(), "java.lang.String", order.message())),
                "run managers and agents of the same build");
    }

    @Test
    void theLastOrdersAreRemembered() {
        RecentOrders recent = new RecentOrders(2);
        assertThat(recent.add(new UUID(0, 1))).isTrue();
        assertThat(recent.add(new UUID(0, 2))).isTrue();
        assertThat(recent.add(new UUID(0, 1))).isFalse();
        assertThat(recent.add(new UUID(0, 3))).isTrue();
        assertThat(recent.add(new UUID(0, 2))).isFalse();
        assertThat(recent.add(new UUID(0, 1))).as("forgotten").isTrue();
    }
}
