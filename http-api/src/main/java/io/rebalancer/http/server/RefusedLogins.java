package io.rebalancer.http.server;

import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.text.OneLine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records refused logins in the audit log: the first of a sender and action at once, and the number of further ones with the
 * first one that follows after a minute. So a sender that guesses adds an entry in a minute, however fast it is.
 */
public final class RefusedLogins {
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    /** Entries of all senders together in a minute, because a sender may have many addresses. */
    private static final int MAX_ENTRIES = 60;
    /** Senders that are remembered. The log of the process has the count of a sender that is forgotten. */
    private static final int MAX_SENDERS = 1000;

    private static final Logger LOGGER = LoggerFactory.getLogger(RefusedLogins.class);

    private final AuditTrail trail;
    private final Clock clock;
    private final Map<Key, Count> counts = new LinkedHashMap<>();
    private Instant minute = Instant.EPOCH;
    private int entries;

    private record Key(AuditActor who, String action, String code) {}

    /** @param further refusals since the last entry */
    private record Count(Instant lastEntry, long further) {}

    public RefusedLogins(AuditTrail trail, Clock clock) {
        this.trail = trail;
        this.clock = clock;
    }

    /**
     * A request was refused because of who sent it.
     *
     * @param action a stable word
     * @param subject what was requested
     * @param code of the refusal
     */
    public void record(AuditActor who, String action, String subject, String code) {
        long further;
        Key key = new Key(who, action, code);
        synchronized (counts) {
            Instant now = clock.instant();
            Count before = counts.get(key);
            if (before != null && before.lastEntry().plus(INTERVAL).isAfter(now)) {
                counts.put(key, new Count(before.lastEntry(), before.further() + 1));
                return;
            }
            if (!mayAdd(now)) {
                LOGGER.warn("{} was refused with {}; {} such entries were added in this minute", who, code, entries);
                return;
            }
            further = before == null ? 0 : before.further();
            counts.remove(key);
            forgetOldest();
            counts.put(key, new Count(now, 0));
        }
        AuditFact order = AuditFact.requested(
                UUID.randomUUID(), who, action, subject, Map.of("furtherSinceLastEntry", String.valueOf(further)));
        append(
                key,
                further,
                new AuditFact(
                        order.id(),
                        who,
                        action,
                        order.subject(),
                        order.parameters(),
                        "refused: " + code,
                        order.request()));
    }

    private boolean mayAdd(Instant now) {
        if (!minute.plus(INTERVAL).isAfter(now)) {
            minute = now;
            entries = 0;
        }
        return entries++ < MAX_ENTRIES;
    }

    private void forgetOldest() {
        if (counts.size() >= MAX_SENDERS) {
            Map.Entry<Key, Count> oldest = counts.entrySet().iterator().next();
            counts.remove(oldest.getKey());
            if (oldest.getValue().further() > 0) {
                LOGGER.warn(
                        "{} further requests of {} were refused with {}",
                        oldest.getValue().further(),
                        oldest.getKey().who().source(),
                        oldest.getKey().code());
            }
        }
    }

    /** The next refusal is recorded at once, with those that the failed entry would have stated. */
    private void restore(Key key, long further) {
        synchronized (counts) {
            Count now = counts.getOrDefault(key, new Count(Instant.EPOCH, 0));
            counts.put(key, new Count(Instant.EPOCH, now.further() + further + 1));
        }
    }

    private void append(Key key, long further, AuditFact fact) {
        trail.append(fact).whenComplete((number, failure) -> {
            if (failure != null) {
                restore(key, further);
                LOGGER.warn(
                        "audit action={} subject={} from {} result={} is not in the audit log: {}; the next refusal repeats it",
                        fact.action(),
                        fact.subject(),
                        fact.who().source(),
                        fact.result(),
                        OneLine.of(failure));
            }
        });
    }
}
