package io.rebalancer.core.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Audit logs for tests. */
public final class AuditLogs {
    private static final Instant BEGIN = Instant.parse("2026-11-27T02:00:00.123456Z");
    private static final AuditActor WHO = AuditActor.http("127.0.0.1");

    private AuditLogs() {}

    /** An order with this number as its id. */
    public static AuditFact order(int number) {
        return AuditFact.requested(
                new UUID(0, number),
                WHO,
                "job.create",
                "1.stor.d",
                Map.of("maxObjects", String.valueOf(number), "note", "döner \"1\"\\"));
    }

    /** A log of orders and their outcomes. */
    public static List<AuditEntry> entries(int count) {
        List<AuditEntry> entries = new ArrayList<>();
        AuditHead last = AuditHead.START;
        for (int number = 1; number <= count; number++) {
            AuditFact fact = number % 2 == 1
                    ? order(number)
                    : order(number - 1)
                            .accepted(new UUID(0, number), number - 1L, Map.of("job", new UUID(7, 1).toString()));
            AuditEntry next = AuditChain.next(last, BEGIN.plusSeconds(number), fact);
            entries.add(next);
            last = next.head();
        }
        return entries;
    }

    /** The lines of an exported log. */
    public static List<String> lines(int count) {
        return entries(count).stream().map(AuditChain::line).toList();
    }
}
