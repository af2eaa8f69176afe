package io.rebalancer.manager.access;

import io.rebalancer.core.access.Session;
import io.rebalancer.core.port.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * The sessions as this manager knows them. Thread-safe: every request reads them. {@link SessionReplica} keeps them equal to
 * those of the other managers.
 */
public final class CurrentSessions implements SessionStore {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final ActorRef<SessionReplica.Command> replica;
    private final View view;
    private final Clock clock;

    /**
     * What the replica has written and learned.
     *
     * @param sessions by hash
     * @param usedAt the last use that this manager knows, by hash
     * @param idle a session ends when it is not used for so long
     */
    public record View(Map<String, Session> sessions, Map<String, Instant> usedAt, Duration idle) {
        /** No sessions yet. */
        public View(Duration idle) {
            this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), idle);
        }

        boolean isActiveAt(Session session, Instant now) {
            return session.isActiveAt(now, lastUse(session), idle);
        }

        Instant lastUse(Session session) {
            return usedAt.getOrDefault(session.hash(), session.startedAt());
        }

        void used(String hash, Instant at) {
            usedAt.merge(hash, at, (one, other) -> one.isAfter(other) ? one : other);
        }

        void forget(Set<String> hashes) {
            sessions.keySet().removeAll(hashes);
            usedAt.keySet().removeAll(hashes);
        }

        void set(Map<String, Session> known) {
            sessions.putAll(known);
            sessions.keySet().retainAll(known.keySet());
            usedAt.keySet().retainAll(known.keySet());
        }
    }

    /** @param view the view of {@code replica} */
    public CurrentSessions(ActorSystem<?> system, ActorRef<SessionReplica.Command> replica, View view, Clock clock) {
        this.system = system;
        this.replica = replica;
        this.view = view;
        this.clock = clock;
    }

    @Override
    public Optional<Session> find(String hash) {
        return Optional.ofNullable(view.sessions().get(hash))
                .filter(session -> view.isActiveAt(session, clock.instant()));
    }

    @Override
    public List<UsedSession> all() {
        Instant now = clock.instant();
        return view.sessions().values().stream()
                .filter(session -> view.isActiveAt(session, now))
                .sorted(Comparator.comparing(Session::startedAt).thenComparing(Session::hash))
                .map(session -> new UsedSession(session, view.lastUse(session)))
                .toList();
    }

    /** The replica passes uses on to the other managers, all of them together. */
    @Override
    public void recordUse(Session session) {
        view.used(session.hash(), clock.instant());
    }

    @Override
    public CompletionStage<Session> start(Session session) {
        return AskPattern.ask(
                replica,
                (ActorRef<Session> replyTo) -> new SessionReplica.Start(session, replyTo),
                ASK_TIMEOUT,
                system.scheduler());
    }

    @Override
    public CompletionStage<Session> end(Session session) {
        return AskPattern.ask(
                replica,
                (ActorRef<Session> replyTo) -> new SessionReplica.End(session, replyTo),
                ASK_TIMEOUT,
                system.scheduler());
    }
}
