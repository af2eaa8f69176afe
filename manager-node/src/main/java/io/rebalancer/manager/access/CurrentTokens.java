package io.rebalancer.manager.access;

import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.TokenState;
import io.rebalancer.core.port.TokenDirectory;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tokens that this manager knows. Thread-safe: every request reads them. */
public final class CurrentTokens implements TokenDirectory {
    private final Clock clock;
    private final Duration noteInterval;
    private final BiConsumer<UUID, LocalDate> noteUse;
    /** The last use that was passed on, so that a busy token sends one message a day, or a few. */
    private final Map<UUID, Long> notedAt = new ConcurrentHashMap<>();

    private final ConcurrentSkipListMap<Long, CompletableFuture<Boolean>> waiting = new ConcurrentSkipListMap<>();
    private volatile Known known = new Known(0, TokenState.EMPTY, Map.of());

    /**
     * The tokens after an event.
     *
     * @param revision the number of the event
     */
    private record Known(long revision, TokenState state, Map<String, IssuedToken> byHash) {
        static Known of(long revision, TokenState state) {
            return new Known(
                    revision,
                    state,
                    state.tokens().stream()
                            .collect(Collectors.toMap(
                                    each -> each.token().hash(), Function.identity(), (older, newer) -> newer)));
        }
    }

    /**
     * @param noteInterval after which a use is passed on again that is not stored yet
     * @param noteUse passes the use of a token on a day to the registry
     */
    public CurrentTokens(Clock clock, Duration noteInterval, BiConsumer<UUID, LocalDate> noteUse) {
        this.clock = clock;
        this.noteInterval = noteInterval;
        this.noteUse = noteUse;
    }

    /** The tokens as of an event of the registry. */
    void update(long revision, TokenState state) {
        known = Known.of(revision, state);
        waiting.headMap(revision, true).values().forEach(each -> each.complete(true));
    }

    long revision() {
        return known.revision();
    }

    /** Whether an administrator has a token that is accepted. */
    public boolean hasAdmin() {
        return known.state().hasAdminAt(clock.instant());
    }

    /** Completes when this manager knows the event with this number, with false if that takes too long. */
    CompletionStage<Boolean> awaitRevision(long revision, Duration timeout) {
        CompletableFuture<Boolean> reached = waiting.computeIfAbsent(revision, same -> new CompletableFuture<>());
        if (known.revision() >= revision) {
            reached.complete(true);
        }
        return reached.completeOnTimeout(false, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> waiting.remove(revision, reached));
    }

    @Override
    public Optional<IssuedToken> find(String hash) {
        return Optional.ofNullable(known.byHash().get(hash));
    }

    @Override
    public Optional<IssuedToken> find(UUID id) {
        return known.state().find(id);
    }

    @Override
    public List<IssuedToken> all() {
        return known.state().tokens();
    }

    /** The note is repeated with later requests until the registry has stored it, because a message may be lost. */
    @Override
    public void recordUse(IssuedToken token) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        boolean stored = token.lastUsedOn().map(day -> !today.isAfter(day)).orElse(false);
        if (stored) {
            return;
        }
        long now = clock.millis();
        Long before = notedAt.get(token.id());
        if (before == null || now - before >= noteInterval.toMillis()) {
            notedAt.put(token.id(), now);
            noteUse.accept(token.id(), today);
        }
    }
}
