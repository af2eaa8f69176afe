package io.rebalancer.manager.reconcile;

import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.port.AuditTrail;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An audit log in memory. A test can make it fail. */
final class AuditInMemory implements AuditTrail {
    private final List<AuditFact> facts = new ArrayList<>();
    private int until = Integer.MAX_VALUE;
    private int lostReplies;
    private int appends;

    /** Fails when it has this number of entries. */
    synchronized void failFrom(int entries) {
        until = entries;
    }

    /** The next entries are stored, and fail. */
    synchronized void loseReplies(int replies) {
        lostReplies = replies;
    }

    /** How often an entry was appended, with or without success. */
    synchronized int appends() {
        return appends;
    }

    /** The entries as {@code action subject parameters}. */
    synchronized List<String> entries() {
        return facts.stream()
                .map(fact -> fact.action() + " " + fact.subject() + " " + fact.parameters())
                .toList();
    }

    @Override
    public synchronized CompletionStage<Long> append(AuditFact fact) {
        appends++;
        if (facts.size() >= until) {
            return CompletableFuture.failedFuture(new AuditUnavailable("the disk is full", null));
        }
        if (facts.stream().noneMatch(known -> known.id().equals(fact.id()))) {
            facts.add(fact);
        }
        if (lostReplies > 0) {
            lostReplies--;
            return CompletableFuture.failedFuture(new AuditUnavailable("no reply", null));
        }
        return CompletableFuture.completedFuture((long) facts.size());
    }

    @Override
    public CompletionStage<AuditHead> last() {
        throw new UnsupportedOperationException();
    }
}
