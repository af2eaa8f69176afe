package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.Claim;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.reconcile.Candidate;
import io.rebalancer.core.reconcile.CandidateRules;
import io.rebalancer.core.reconcile.CandidateRules.LiveRecord;
import io.rebalancer.core.reconcile.CandidateRules.SecondLook;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.SkippedCounts;
import io.rebalancer.manager.reconcile.SecondLooks.OtherCopies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Looks a second time at the candidates of a storage node, some hundred at a time, and stores those that are findings. */
final class CandidateCheck {
    private static final int BATCH = 500;

    private final ReconcileResources resources;
    private final RunState run;
    private final StorageNodeId node;
    private final CandidateRules rules;
    private final RunScope scope;
    private final Duration timeout;
    private final SecondLooks looks;
    private final List<Candidate> waiting = new ArrayList<>();
    private final Map<DriftKind, Long> found = new EnumMap<>(DriftKind.class);
    private SkippedCounts skipped = SkippedCounts.NONE;

    CandidateCheck(
            ReconcileResources resources,
            RunState run,
            StorageNodeId node,
            CandidateRules rules,
            RunScope scope,
            Duration timeout) {
        this.resources = resources;
        this.run = run;
        this.node = node;
        this.rules = rules;
        this.scope = scope;
        this.timeout = timeout;
        this.looks = new SecondLooks(resources, node, scope, timeout);
    }

    /** Adds a candidate. Throws {@link RunFault} if candidates can't be checked. */
    void add(Candidate candidate) {
        waiting.add(candidate);
        if (waiting.size() == BATCH) {
            finish();
        }
    }

    /** The agent could not list the range of this claim's file. */
    void countUnlisted(Claim claim) {
        if (claim.expectsFile()) {
            skipped = skipped.plus(new SkippedCounts(0, 0, 0, 1));
        }
    }

    /** Checks all candidates that wait. */
    void finish() {
        if (waiting.isEmpty()) {
            return;
        }
        try {
            checkWaiting();
        } catch (TimeoutException e) {
            throw new RunFault(e);
        }
        waiting.clear();
    }

    Map<DriftKind, Long> found() {
        return Map.copyOf(found);
    }

    SkippedCounts skipped() {
        return skipped;
    }

    private void checkWaiting() throws TimeoutException {
        scope.report("looks again at " + waiting.size() + " candidates of " + node);
        List<SecondLook> second = looks.at(waiting.stream().map(Candidate::key).toList());
        List<Finding> findings = new ArrayList<>();
        Map<CopyKey, MetadataRecord> missing = new HashMap<>();
        for (int i = 0; i < waiting.size(); i++) {
            Candidate candidate = waiting.get(i);
            SecondLook look = second.get(i);
            CandidateRules.Verdict verdict = rules.decide(candidate, look);
            if (verdict instanceof CandidateRules.Drift drift) {
                findings.add(finding(candidate, look, drift.kind()));
                if (drift.kind().repair() == Repair.COPY_AGAIN) {
                    record(look).ifPresent(live -> missing.put(candidate.key(), live.record()));
                }
            } else {
                count((CandidateRules.NoFinding) verdict);
            }
        }
        Map<CopyKey, OtherCopies> others = looks.othersOf(missing);
        List<Finding> complete = findings.stream()
                .map(each -> missing.containsKey(each.key())
                        ? withOthers(each, others.getOrDefault(each.key(), OtherCopies.NONE))
                        : each)
                .map(this::planned)
                .toList();
        scope.await(resources.findings().add(run.token().runId(), complete), timeout);
        complete.forEach(each -> found.merge(each.kind(), 1L, Long::sum));
    }

    private void count(CandidateRules.NoFinding why) {
        skipped = skipped.plus(
                switch (why) {
                    case YOUNG -> new SkippedCounts(1, 0, 0, 0);
                    case IN_USE -> new SkippedCounts(0, 1, 0, 0);
                    case CHANGED -> new SkippedCounts(0, 0, 1, 0);
                    case UNKNOWN -> new SkippedCounts(0, 0, 0, 1);
                });
    }

    private Optional<LiveRecord> record(SecondLook look) {
        return look.records().stream().filter(each -> each.record().names(node)).findFirst();
    }

    private Finding finding(Candidate candidate, SecondLook look, DriftKind kind) {
        Optional<LiveRecord> live = record(look);
        CopyFacts facts = look.facts();
        boolean present = facts.presence() == CopyFacts.Presence.PRESENT;
        Optional<Instant> since = present && kind.aspect() != Candidate.Aspect.RECORD
                ? InventoryEntry.of(facts).lastChanged()
                : live.flatMap(each -> each.modifiedMillis().isPresent()
                        ? time(each.modifiedMillis().getAsLong())
                        : Optional.empty());
        return new Finding(
                node,
                kind,
                candidate.key(),
                live.map(each -> each.record().sizeBytes()).orElse(0L),
                present ? facts.sizeBytes() : 0,
                since,
                0,
                look.records().stream()
                        .map(each -> each.record().ref().shard())
                        .distinct()
                        .sorted()
                        .limit(Claim.MAX_SHARDS)
                        .toList(),
                Finding.State.FOUND,
                live.map(each -> "record " + each.record().ref().key()).orElse(""));
    }

    private static Optional<Instant> time(long millis) {
        return millis == InventoryEntry.UNKNOWN_TIME ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    /** Without any copy that exists, or may exist, the object is lost. */
    private static Finding withOthers(Finding finding, OtherCopies others) {
        boolean lost =
                finding.kind() == DriftKind.MISSING_COPY && others.present().isEmpty() && others.unknown() == 0;
        return new Finding(
                finding.node(),
                lost ? DriftKind.MISSING_ALL : finding.kind(),
                finding.key(),
                finding.claimedBytes(),
                finding.foundBytes(),
                finding.since(),
                others.present().size(),
                finding.shards(),
                finding.state(),
                finding.detail());
    }

    private Finding planned(Finding finding) {
        boolean plans = run.order().orElseThrow().mode() == RunMode.PLAN;
        return plans && finding.kind().repair() != Repair.NONE
                ? finding.in(Finding.State.PLANNED, finding.detail())
                : finding;
    }
}
