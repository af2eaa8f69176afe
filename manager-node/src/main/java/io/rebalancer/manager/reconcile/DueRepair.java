package io.rebalancer.manager.reconcile;

import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.reconcile.CandidateRules.LiveRecord;
import io.rebalancer.core.reconcile.CandidateRules.SecondLook;
import io.rebalancer.core.reconcile.Finding;
import java.util.List;
import java.util.Optional;

/**
 * A planned repair whose finding is still true.
 *
 * @param look the records and the file as they were seen just now
 */
record DueRepair(Finding finding, SecondLook look) {

    /** The records that name the storage node of the finding. */
    List<MetadataRecord> records() {
        return look.records().stream()
                .map(LiveRecord::record)
                .filter(record -> record.names(finding.node()))
                .toList();
    }

    /** One of them: they agree about the object. */
    Optional<MetadataRecord> record() {
        return records().stream().findFirst();
    }

    Finding repaired(String detail) {
        return finding.in(Finding.State.REPAIRED, detail);
    }

    Finding failed(String detail) {
        return finding.in(Finding.State.FAILED, detail);
    }

    Finding noLongerTrue(String detail) {
        return finding.in(Finding.State.NO_LONGER_TRUE, detail);
    }

    /** It was not tried, so a later run does it. */
    Finding left(String detail) {
        return finding.in(Finding.State.PLANNED, detail);
    }
}
