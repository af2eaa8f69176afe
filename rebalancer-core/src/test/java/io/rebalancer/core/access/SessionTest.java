package io.rebalancer.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static final Instant START = Instant.parse("2026-11-27T10:00:00Z");
    private static final Duration IDLE = Duration.ofHours(1);

    private static Session session(String hash, String user, int second) {
        return new Session(
                hash,
                user,
                Role.VIEWER,
                Optional.empty(),
                Optional.empty(),
                START.plusSeconds(second),
                START.plus(Duration.ofHours(12)));
    }

    @Test
    void aSessionEndsWhenItIsNotUsedAndAtItsEnd() {
        Session session = session("a", "ann", 0);
        assertThat(session.isActiveAt(START.plus(IDLE).minusMillis(1), START, IDLE))
                .isTrue();
        assertThat(session.isActiveAt(START.plus(IDLE), START, IDLE)).isFalse();
        Instant end = START.plus(Duration.ofHours(12));
        assertThat(session.isActiveAt(end.minusMillis(1), end.minusSeconds(1), IDLE))
                .isTrue();
        assertThat(session.isActiveAt(end, end.minusSeconds(1), IDLE)).isFalse();
    }

    @Test
    void theOldestSessionOfAUserEndsFirst() {
        List<Session> sessions = new ArrayList<>(IntStream.range(0, SessionRules.MAX_OF_USER)
                .mapToObj(number -> session("ann" + number, "ann", number + 1))
                .toList());
        sessions.add(session("bob", "bob", 0));
        assertThat(SessionRules.endedBy(session("further", "ann", 99), sessions))
                .containsExactly("ann0");
        assertThat(SessionRules.endedBy(session("further", "bob", 99), sessions))
                .isEmpty();
    }

    @Test
    void theOldestOfAllEndsWhenThereAreTooMany() {
        List<Session> sessions = IntStream.range(0, SessionRules.MAX_SESSIONS)
                .mapToObj(number -> session("hash" + number, "user" + number, number))
                .toList();
        assertThat(SessionRules.endedBy(session("further", "ann", 9999), sessions))
                .containsExactly("hash0");
        assertThat(SessionRules.endedBy(session("hash7", "ann", 9999), sessions))
                .isEmpty();
    }
}
