package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.reconcile.Finding;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One copy about which metadata and storage disagree.
 *
 * @param kind a stable word, such as {@code missing_copy}
 * @param repair what may be done about drift of this kind, as a stable word
 * @param claimedBytes content length according to the records; 0 without a record
 * @param foundBytes length of the file; 0 without a file
 * @param since when the file, or without a file the record, last changed; absent if unknown
 * @param otherCopies further copies that were seen with the right length
 * @param shards shards of the records
 * @param state such as {@code FOUND}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record FindingView(
        String storageNode,
        String kind,
        String repair,
        UUID owner,
        UUID object,
        long claimedBytes,
        long foundBytes,
        Optional<Instant> since,
        int otherCopies,
        List<Integer> shards,
        String state,
        String detail) {

    static FindingView of(Finding finding) {
        return new FindingView(
                finding.node().text(),
                finding.kind().word(),
                StableWord.of(finding.kind().repair()),
                finding.key().owner(),
                finding.key().objectId(),
                finding.claimedBytes(),
                finding.foundBytes(),
                finding.since(),
                finding.otherCopies(),
                finding.shards(),
                finding.state().name(),
                finding.detail());
    }
}
