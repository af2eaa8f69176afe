package io.rebalancer.manager.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.Roles;
import io.rebalancer.cluster.settings.ClusterSettings;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.access.Session;
import io.rebalancer.core.port.SessionStore;
import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.testsupport.SettableClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Managers in one cluster, over real sockets. */
@Tag("slow")
@Tag("cluster")
class SessionReplicaTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration IDLE = Duration.ofHours(1);
    private static final Instant START = Instant.parse("2026-11-27T10:00:00Z");

    private final int seed;
    private final Deque<Manager> managers = new ArrayDeque<>();

    /** The time of all managers. */
    private final SettableClock clock = new SettableClock(START);

    private Manager one;
    private Manager two;

    SessionReplicaTest() throws IOException {
        seed = LoopbackPorts.reserve();
    }

    private final class Manager {
        private final ActorTestKit kit;
        private final CurrentSessions sessions;
        private final CurrentSessions.View view = new CurrentSessions.View(IDLE);

        Manager(int port) {
            Config root = SettingsFile.over(ConfigFactory.parseString("""
                    rebalancer.cluster { port = %d, seed-nodes = ["127.0.0.1:%d"], first-seed-timeout = 1s }
                    pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                    pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                    pekko.actor.testkit.typed.system-shutdown-default = 60s
                    """.formatted(port, seed)));
            kit = ActorTestKit.create(
                    ClusterSettings.SYSTEM_NAME, ClusterSettings.from(root).applyTo(root, List.of(Roles.MANAGER)));
            managers.push(this);
            sessions = new CurrentSessions(
                    kit.system(),
                    kit.spawn(SessionReplica.create(view, clock, Duration.ofMillis(200)), "session-replica"),
                    view,
                    clock);
        }

        long up() {
            return StreamSupport.stream(
                            Cluster.get(kit.system()).state().getMembers().spliterator(), false)
                    .filter(member -> member.status().equals(MemberStatus.up()))
                    .count();
        }

        boolean knows(Session session) {
            return sessions.find(session.hash()).isPresent();
        }
    }

    @BeforeEach
    void start() throws IOException {
        one = new Manager(seed);
        two = new Manager(LoopbackPorts.reserve());
        await().atMost(TIMEOUT).until(() -> one.up() == 2 && two.up() == 2);
    }

    @AfterEach
    void stop() {
        while (!managers.isEmpty()) {
            managers.pop().kit.shutdownTestKit();
        }
    }

    private static Session session(int number) {
        return new Session(
                "hash-" + number,
                "ann",
                Role.VIEWER,
                Optional.empty(),
                Optional.empty(),
                START.plusSeconds(number),
                START.plus(Duration.ofHours(12)));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /** The next request of the browser may go to any manager. */
    @Test
    void eachManagerKnowsASessionUntilOneOfThemEndsIt() throws Exception {
        Session session = session(1);
        get(one.sessions.start(session));
        assertThat(one.knows(session)).isTrue();
        await().atMost(TIMEOUT).until(() -> two.knows(session));
        clock.set(START.plusSeconds(60));
        two.sessions.recordUse(session);
        assertThat(two.sessions.all()).containsExactly(new SessionStore.UsedSession(session, START.plusSeconds(60)));
        await().atMost(TIMEOUT).until(() -> one.sessions.all().equals(two.sessions.all()));
        get(two.sessions.end(session));
        assertThat(two.knows(session)).isFalse();
        assertThat(two.sessions.all()).isEmpty();
        one.sessions.recordUse(session);
        await().atMost(TIMEOUT).until(() -> !one.knows(session));
        Session later = session(2);
        get(one.sessions.start(later));
        await().atMost(TIMEOUT).until(() -> two.knows(later));
        assertThat(two.knows(session)).isFalse();
        assertThat(one.view.usedAt()).doesNotContainKey(session.hash());
    }

    @Test
    void aSessionOutlivesTheManagerThatStartedIt() throws Exception {
        Session session = session(1);
        get(two.sessions.start(session));
        await().atMost(TIMEOUT).until(() -> one.knows(session));
        two.kit.shutdownTestKit();
        managers.remove(two);
        await().atMost(TIMEOUT).until(() -> one.up() == 1);
        assertThat(one.knows(session)).isTrue();
        Manager three = new Manager(LoopbackPorts.reserve());
        await().atMost(TIMEOUT).until(() -> three.knows(session));
        Session another = session(2);
        get(three.sessions.start(another));
        await().atMost(TIMEOUT).until(() -> one.knows(another));
    }

    /** A browser that uses one manager is not idle for the others. */
    @Test
    void usesArePassedOnAndIdleSessionsEnd() throws Exception {
        Session used = session(1);
        Session unused = session(2);
        get(one.sessions.start(used));
        get(one.sessions.start(unused));
        await().atMost(TIMEOUT).until(() -> two.knows(used) && two.knows(unused));
        clock.set(START.plus(IDLE).minusSeconds(1));
        one.sessions.recordUse(used);
        await().atMost(TIMEOUT)
                .until(() -> clock.instant().equals(two.view.usedAt().get(used.hash())));
        clock.set(START.plus(IDLE).plusSeconds(5));
        assertThat(two.knows(used)).isTrue();
        assertThat(two.knows(unused)).isFalse();
        await().atMost(TIMEOUT)
                .until(() -> !one.view.sessions().containsKey(unused.hash())
                        && !two.view.sessions().containsKey(unused.hash()));
    }

    /** Otherwise a program that logs in again and again would fill the memory of all managers. */
    @Test
    void theOldestSessionOfAUserEnds() throws Exception {
        for (int number = 0; number <= 20; number++) {
            get(one.sessions.start(session(number)));
        }
        assertThat(one.view.sessions()).hasSize(20);
        assertThat(one.knows(session(0))).isFalse();
        await().atMost(TIMEOUT).until(() -> two.view.sessions().size() == 20 && !two.knows(session(0)));
    }
}
