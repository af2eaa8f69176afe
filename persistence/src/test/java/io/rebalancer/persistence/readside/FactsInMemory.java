package io.rebalancer.persistence.readside;

import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.port.AuditTrail;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An audit log in memory, which stores each fact once and can fail. */
public final class FactsInMemory implements AuditTrail {
    private final Map<UUID, AuditFact> facts = new LinkedHashMap<>();
    private int appends;
    private int failures;
    private int lostReplies;

    /** The next appends store nothing. */
    synchronized void fail(int count) {
        failures = count;
    }

    /** The next appends store the fact, and their acknowledgement is lost. */
    synchronized void loseReplies(int count) {
        lostReplies = count;
    }

    synchronized int failuresLeft() {
        return failures;
    }

    synchronized int appends() {
        return appends;
    }

    synchronized List<AuditFact> facts() {
        return new ArrayList<>(facts.values());
    }

    @Override
    public synchronized CompletionStage<Long> append(AuditFact fact) {
        appends++;
        if (failures > 0) {
            failures--;
            return CompletableFuture.failedFuture(new AuditUnavailable("the append fails", null));
        }
        facts.putIfAbsent(fact.id(), fact);
        if (lostReplies > 0) {
            lostReplies--;
            return CompletableFuture.failedFuture(new AuditUnavailable("the reply is lost", null));
        }
        return CompletableFuture.completedFuture((long) facts.size());
    }

    @Override
    public CompletionStage<AuditHead> last() {
        return CompletableFuture.failedFuture(new AuditUnavailable("facts in memory have no head", null));
    }
}
