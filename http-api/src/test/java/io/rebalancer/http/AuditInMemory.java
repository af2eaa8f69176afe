package io.rebalancer.http;

import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.port.AuditEntries;
import io.rebalancer.core.port.AuditTrail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An audit log in memory. A test may refuse facts, and may let the tables lag behind. */
public final class AuditInMemory implements AuditTrail, AuditEntries {
    private static final Predicate<AuditFact> NONE = fact -> false;

    private final List<AuditEntry> log = new ArrayList<>();
    private final AtomicInteger refusedAppends = new AtomicInteger();
    private volatile Predicate<AuditFact> refused = NONE;
    private volatile int projected = Integer.MAX_VALUE;
    private volatile long missing;

    /** Empties the log, which then works. */
    public synchronized void reset() {
        log.clear();
        refused = NONE;
        refusedAppends.set(0);
        projected = Integer.MAX_VALUE;
        missing = 0;
    }

    /** From now on the log refuses such facts. */
    public void refuse(Predicate<AuditFact> facts) {
        refused = facts;
    }

    /** The tables have no further entries. */
    void limitTables(int entries) {
        projected = entries;
    }

    /** The tables end before the entry with this number. */
    void cutTablesBefore(long number) {
        missing = number;
    }

    public int refusedAppends() {
        return refusedAppends.get();
    }

    public synchronized List<AuditEntry> log() {
        return List.copyOf(log);
    }

    /** The facts of the log, as {@code action subject parameters result request}. */
    public List<String> facts() {
        return log().stream()
                .map(AuditEntry::fact)
                .map(fact -> String.join(
                        " ",
                        fact.action(),
                        fact.subject(),
                        fact.parameters().toString(),
                        fact.result(),
                        String.valueOf(fact.request())))
                .toList();
    }

    @Override
    public synchronized CompletionStage<Long> append(AuditFact fact) {
        if (refused.test(fact)) {
            refusedAppends.incrementAndGet();
            return CompletableFuture.failedFuture(new AuditUnavailable("the journal is full", null));
        }
        AuditEntry entry = AuditChain.next(head(), Instant.EPOCH.plusSeconds(log.size()), fact);
        log.add(entry);
        return CompletableFuture.completedFuture(entry.number());
    }

    private AuditHead head() {
        return log.isEmpty() ? AuditHead.START : log.get(log.size() - 1).head();
    }

    @Override
    public synchronized CompletionStage<AuditHead> last() {
        return CompletableFuture.completedFuture(head());
    }

    private synchronized Stream<Line> lines() {
        return List.copyOf(log).stream()
                .limit(projected)
                .filter(entry -> missing == 0 || entry.number() < missing)
                .map(entry -> new Line(entry.number(), AuditChain.line(entry)));
    }

    @Override
    public CompletionStage<List<Line>> after(long number, int limit) {
        return CompletableFuture.completedFuture(
                lines().filter(line -> line.number() > number).limit(limit).toList());
    }

    @Override
    public CompletionStage<List<Line>> before(long number, int limit) {
        List<Line> newestFirst = new ArrayList<>();
        lines().filter(line -> line.number() < number).forEach(line -> newestFirst.add(0, line));
        return CompletableFuture.completedFuture(
                newestFirst.stream().limit(limit).toList());
    }

    @Override
    public synchronized CompletionStage<Long> lastNumber() {
        return CompletableFuture.completedFuture((long) Math.min(projected, log.size()));
    }
}
