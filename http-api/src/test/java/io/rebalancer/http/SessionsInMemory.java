package io.rebalancer.http;

import io.rebalancer.core.access.Session;
import io.rebalancer.core.port.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Sessions in memory. */
public final class SessionsInMemory implements SessionStore {
    public static final Duration IDLE = Duration.ofHours(1);

    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<String, Instant> uses = new ConcurrentHashMap<>();
    private final Clock clock;

    SessionsInMemory(Clock clock) {
        this.clock = clock;
    }

    public void reset() {
        sessions.clear();
        uses.clear();
    }

    /** Whether a request with a session was accepted. */
    public boolean wasUsed() {
        return !uses.isEmpty();
    }

    public int size() {
        return sessions.size();
    }

    @Override
    public Optional<Session> find(String hash) {
        return Optional.ofNullable(sessions.get(hash))
                .filter(each -> each.isActiveAt(clock.instant(), uses.getOrDefault(hash, each.startedAt()), IDLE));
    }

    @Override
    public List<UsedSession> all() {
        return sessions.values().stream()
                .filter(each -> find(each.hash()).isPresent())
                .sorted(Comparator.comparing(Session::user))
                .map(each -> new UsedSession(each, uses.getOrDefault(each.hash(), each.startedAt())))
                .toList();
    }

    @Override
    public void recordUse(Session session) {
        uses.put(session.hash(), clock.instant());
    }

    @Override
    public CompletionStage<Session> start(Session session) {
        sessions.put(session.hash(), session);
        return CompletableFuture.completedFuture(session);
    }

    @Override
    public CompletionStage<Session> end(Session session) {
        sessions.remove(session.hash());
        return CompletableFuture.completedFuture(session);
    }
}
