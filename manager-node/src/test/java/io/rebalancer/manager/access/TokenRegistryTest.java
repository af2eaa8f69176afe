package io.rebalancer.manager.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.message.TokenMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.access.TokenRefusal;
import io.rebalancer.core.port.TokenService.TokenRefused;
import io.rebalancer.persistence.query.JournalReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.testkit.query.javadsl.PersistenceTestKitReadJournal;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One registry of tokens, and a copy on each manager, whatever the journal does. */
@Tag("slow")
class TokenRegistryTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Instant EXPIRY = Instant.now().plus(Duration.ofDays(1));

    private final ActorTestKit kit = ActorTestKit.create("tokens", config());
    private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
    private final PersistenceTestKitReadJournal stored = PersistenceQuery.get(kit.system())
            .getReadJournalFor(PersistenceTestKitReadJournal.class, PersistenceTestKitReadJournal.Identifier());
    private final JournalReader reader = JournalReader.of(stored);
    private ActorRef<TokenMessage> registry = kit.spawn(TokenRegistry.create(Clock.systemUTC()));
    private final AtomicInteger lostNotes = new AtomicInteger();
    private final CurrentTokens current = new CurrentTokens(Clock.systemUTC(), Duration.ofMillis(50), (id, day) -> {
        if (lostNotes.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            registry.tell(new TokenMessage.NoteTokenUse(id, day));
        }
    });

    private static Config config() {
        return PersistenceTestKitPlugin.config()
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.parseString("pekko.actor.provider = local"))
                .withFallback(SettingsFile.over(ConfigFactory.empty()));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private void follow() throws Exception {
        get(TokenReplica.load(kit.system(), reader, current));
        kit.spawn(TokenReplica.create(reader, current));
    }

    private ClusterTokenService service() {
        return new ClusterTokenService(kit.system(), registry, current);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private static NewToken token(int number, Role role) {
        return new NewToken(new UUID(0, number), "token-" + number, role, "hash-" + number, EXPIRY);
    }

    private void failWrites(BooleanSupplier failing) {
        journal.withPolicy((ProcessingPolicy<JournalOperation>)
                (persistenceId, operation) -> operation instanceof WriteEvents && failing.getAsBoolean()
                        ? StorageFailure.create()
                        : ProcessingSuccess.getInstance());
    }

    private int stored() {
        return journal.persistedInStorage(Entities.TOKENS_ID).size();
    }

    @Test
    void aTokenIsKnownWhenItsIssueCompletes() throws Exception {
        follow();
        get(service().issue(token(1, Role.VIEWER), "ada"));
        assertThat(current.find("hash-1").map(IssuedToken::id)).contains(new UUID(0, 1));
        get(service().revoke(new UUID(0, 1), "ada"));
        assertThat(current.find(new UUID(0, 1)).orElseThrow().revokedAt()).isPresent();
        assertThatThrownBy(() -> get(service().revoke(new UUID(0, 2), "ada")))
                .cause()
                .isInstanceOfSatisfying(
                        TokenRefused.class,
                        refused -> assertThat(refused.refusal().code()).isEqualTo(TokenRefusal.Code.TOKEN_NOT_FOUND));
    }

    @Test
    void aManagerThatStartsKnowsTheTokensBeforeItServes() throws Exception {
        follow();
        get(service().issueFirst(token(1, Role.ADMIN), "ada"));
        CurrentTokens other = new CurrentTokens(Clock.systemUTC(), Duration.ofMillis(50), (id, day) -> {});
        assertThat(other.hasAdmin()).isFalse();
        get(TokenReplica.load(kit.system(), reader, other));
        assertThat(other.hasAdmin()).isTrue();
    }

    /** The known tokens stay valid meanwhile, and later ones arrive. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aJournalThatCanNotBeReadIsReadAgain(int times) throws Exception {
        AtomicInteger faults = new AtomicInteger(times);
        EventsByPersistenceIdQuery live = (id, from, to) -> faults.getAndUpdate(left -> Math.max(0, left - 1)) > 0
                ? Source.failed(new IllegalStateException("the journal is away"))
                : stored.eventsByPersistenceId(id, from, to);
        JournalReader unreliable = JournalReader.of(live, stored);
        registry.tell(new TokenMessage.IssueToken(
                token(1, Role.VIEWER),
                false,
                "ada",
                kit.<TokenMessage.TokenReply>createTestProbe().getRef()));
        await().atMost(TIMEOUT).until(() -> stored() == 1);
        get(TokenReplica.load(kit.system(), unreliable, current));
        kit.spawn(TokenReplica.create(unreliable, current));
        assertThat(current.find("hash-1")).isPresent();
        get(service().issue(token(2, Role.VIEWER), "ada"));
        await().atMost(TIMEOUT).until(() -> current.find("hash-2").isPresent());
        assertThat(faults).hasValue(0);
    }

    @Test
    void aRegistryThatMovedKnowsTheTokens() throws Exception {
        follow();
        get(service().issueFirst(token(1, Role.ADMIN), "ada"));
        kit.stop(registry);
        registry = kit.spawn(TokenRegistry.create(Clock.systemUTC()));
        assertThatThrownBy(() -> get(service().issueFirst(token(2, Role.ADMIN), "ada")))
                .cause()
                .isInstanceOf(TokenRefused.class);
    }

    @Test
    void aWriteThatFailsOnceIsRepeated() throws Exception {
        follow();
        AtomicInteger failures = new AtomicInteger(1);
        failWrites(() -> failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0);
        get(service().issue(token(1, Role.VIEWER), "ada"));
        assertThat(stored()).isEqualTo(1);
    }

    /** No token is issued that would be forgotten. */
    @Test
    void whileWritesFailNoTokenIsIssuedAndTheKnownOnesStay() throws Exception {
        follow();
        get(service().issue(token(1, Role.VIEWER), "ada"));
        failWrites(() -> true);
        assertThatThrownBy(() -> get(service().issue(token(2, Role.VIEWER), "ada")))
                .isInstanceOf(ExecutionException.class);
        assertThat(current.find("hash-2")).isEmpty();
        assertThat(current.find("hash-1")).isPresent();
        failWrites(() -> false);
        get(service().issue(token(2, Role.VIEWER), "ada"));
        assertThat(current.find("hash-2")).isPresent();
    }

    @Test
    void aUseIsNotedOnceADayAlsoIfMessagesAreLost() throws Exception {
        follow();
        IssuedToken issued = get(service().issue(token(1, Role.VIEWER), "ada"));
        lostNotes.set(1);
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(100)).until(() -> {
            current.recordUse(current.find(issued.id()).orElseThrow());
            return current.find(issued.id()).orElseThrow().lastUsedOn().isPresent();
        });
        assertThat(stored()).isEqualTo(2);
        current.recordUse(current.find(issued.id()).orElseThrow());
        get(service().issue(token(2, Role.VIEWER), "ada"));
        assertThat(stored()).isEqualTo(3);
    }
}
