package io.rebalancer.manager.reconcile;

import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyFacts.Presence;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.reconcile.CandidateRules;
import io.rebalancer.core.reconcile.CandidateRules.NoFinding;
import io.rebalancer.core.reconcile.CandidateRules.SecondLook;
import io.rebalancer.core.reconcile.CandidateRules.Verdict;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Looks again at findings whose repair is planned, right before it begins. */
final class RepairReview {
    private final CandidateRules rules;
    private final SecondLooks looks;
    private final ContentReads contents;
    private final boolean isFirstIncarnation;

    /** @param isFirstIncarnation whether no earlier incarnation of the run may have repaired something */
    RepairReview(CandidateRules rules, SecondLooks looks, ContentReads contents, boolean isFirstIncarnation) {
        this.rules = rules;
        this.looks = looks;
        this.contents = contents;
        this.isFirstIncarnation = isFirstIncarnation;
    }

    /**
     * What became of findings.
     *
     * @param due those that are still true
     * @param settled those that are not true any more
     * @param left those that are young or in use now, or of which something is unknown
     */
    record Reviewed(List<DueRepair> due, List<Finding> settled, List<Finding> left) {}

    /**
     * Reviews findings of one kind.
     *
     * @throws TimeoutException if the agent of the node does not answer
     */
    Reviewed review(List<Finding> planned) throws TimeoutException {
        Reviewed reviewed = new Reviewed(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<DueRepair> unread = new ArrayList<>();
        List<SecondLook> second = looks.at(planned.stream().map(Finding::key).toList());
        for (int i = 0; i < planned.size(); i++) {
            DueRepair repair = new DueRepair(planned.get(i), second.get(i));
            Verdict verdict = rules.decideAgain(repair.finding(), repair.look());
            if (verdict instanceof CandidateRules.Drift) {
                boolean needsContent = repair.finding().kind() == DriftKind.CHECKSUM_MISMATCH;
                (needsContent ? unread : reviewed.due()).add(repair);
            } else if (verdict != NoFinding.CHANGED) {
                reviewed.left().add(repair.left("not repaired now: " + verdict));
            } else if (mayBeMoved(repair)) {
                reviewed.due().add(asPlanned(repair));
            } else {
                reviewed.settled().add(repair.noLongerTrue("records and file agree when looked at again"));
            }
        }
        readContents(unread, reviewed);
        return reviewed;
    }

    /** An earlier incarnation may have moved the file without storing that. The agent knows what this run has moved. */
    private boolean mayBeMoved(DueRepair repair) {
        return !isFirstIncarnation
                && repair.finding().kind() == DriftKind.ORPHAN_FILE
                && repair.look().facts().presence() == Presence.ABSENT
                && repair.records().isEmpty();
    }

    private static DueRepair asPlanned(DueRepair repair) {
        Finding finding = repair.finding();
        long changed = finding.since().map(Instant::toEpochMilli).orElse(0L);
        CopyFacts planned = new CopyFacts(finding.key(), Presence.ABSENT, finding.foundBytes(), changed, changed);
        return new DueRepair(
                finding, new SecondLook(repair.look().records(), repair.look().allShards(), planned));
    }

    /** One file in each request: it may be large, and wrong contents are rare. */
    private void readContents(List<DueRepair> repairs, Reviewed reviewed) throws TimeoutException {
        for (DueRepair repair : repairs) {
            ContentFacts facts = contents.read(List.of(repair.finding().key())).get(0);
            if (facts.md5().isEmpty()) {
                reviewed.left().add(repair.left("the content could not be read: " + facts.fault()));
            } else if (facts.md5().equals(repair.record().map(MetadataRecord::md5))) {
                reviewed.settled().add(repair.noLongerTrue("the content is right when read again"));
            } else {
                reviewed.due().add(repair);
            }
        }
    }
}
