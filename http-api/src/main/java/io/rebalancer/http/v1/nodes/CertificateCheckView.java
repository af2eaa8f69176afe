package io.rebalancer.http.v1.nodes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A check of a certificate.
 *
 * @param jobId the job whose verification is checked
 * @param scope {@code new_rows} or {@code all_rows}
 * @param at when it ended, or the time of the answer while it runs
 * @param verdict {@code running}, {@code pass}, {@code refused} or {@code unknown}
 * @param detail the reason of the verdict, as readable text
 */
record CertificateCheckView(
        String storageNode,
        UUID jobId,
        Instant verifiedAt,
        String scope,
        Instant startedAt,
        Instant at,
        String verdict,
        String detail,
        List<ShardView> shards) {

    /**
     * What was read in one shard.
     *
     * @param after rows with higher ids are read
     * @param rowsOfNode rows because of which the node is not empty, or may not be empty
     * @param sample keys of some of these rows; absent if there are none
     * @param fault why the shard is not read completely; absent if it is
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record ShardView(
            int shard,
            RowWatermark after,
            @JsonInclude(JsonInclude.Include.ALWAYS) long rowsRead,
            @JsonInclude(JsonInclude.Include.ALWAYS) long rowsOfNode,
            @JsonInclude(JsonInclude.Include.ALWAYS) boolean complete,
            List<String> sample,
            String fault) {

        static ShardView of(CertificateCheck.Shard shard) {
            return new ShardView(
                    shard.shard(),
                    shard.after(),
                    shard.rowsRead(),
                    shard.rowsOfNode(),
                    shard.complete(),
                    shard.sample().stream().map(RecordRef::key).toList(),
                    shard.fault());
        }
    }

    static CertificateCheckView of(CertificateCheck check) {
        return new CertificateCheckView(
                check.node().text(),
                check.jobId(),
                check.verifiedAt(),
                StableWord.of(check.scope()),
                check.startedAt(),
                check.at(),
                StableWord.of(check.verdict()),
                check.detail(),
                check.shards().stream().map(ShardView::of).toList());
    }
}
