package io.rebalancer.core.certificate;

import io.rebalancer.core.certificate.CertificateCheck.Scope;
import io.rebalancer.core.certificate.CertificateCheck.Shard;
import io.rebalancer.core.certificate.CertificateCheck.Verdict;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a check of a certificate found. A row of the node refuses, whatever else could not be read. */
public final class CertificateCheckRules {

    private CertificateCheckRules() {}

    /** @param detail the reason, for people */
    public record Decision(Verdict verdict, String detail) {}

    /**
     * The verdict of a check that has ended.
     *
     * @param leftDrained why the node is not drained by the same job any more; empty if it is
     * @param shards all shards of the metadata tier
     */
    public static Decision decide(StorageNodeId node, Scope scope, Optional<String> leftDrained, List<Shard> shards) {
        List<Shard> found =
                shards.stream().filter(shard -> shard.rowsOfNode() > 0).toList();
        if (!found.isEmpty()) {
            return new Decision(
                    Verdict.REFUSED,
                    "rows of " + node + " were found since it was verified: "
                            + found.stream().map(CertificateCheckRules::text).collect(Collectors.joining("; "))
                            + ". Do not wipe the node. Find out what wrote them, and create another job for the node:"
                            + " rebalancer-adm job create " + node);
        }
        if (leftDrained.isPresent()) {
            return new Decision(Verdict.REFUSED, leftDrained.get());
        }
        List<Shard> unread = shards.stream().filter(shard -> !shard.complete()).toList();
        if (!unread.isEmpty() || shards.isEmpty()) {
            return new Decision(
                    Verdict.UNKNOWN,
                    "not all rows were read: "
                            + unread.stream()
                                    .map(shard -> "shard " + shard.shard() + ": " + shard.fault())
                                    .collect(Collectors.joining("; "))
                            + ". No row of " + node + " was found so far. Repeat the check");
        }
        return new Decision(
                Verdict.PASS,
                switch (scope) {
                    case NEW_ROWS ->
                        "no row that was inserted since the verification names " + node
                                + ". Rows that users overwrote since are not covered: check all rows for that";
                    case ALL_ROWS -> "no row of any shard names " + node;
                });
    }

    private static String text(Shard shard) {
        String sample = shard.sample().stream().limit(3).map(RecordRef::key).collect(Collectors.joining(", "));
        return shard.rowsOfNode() + " in shard " + shard.shard() + (sample.isEmpty() ? "" : ", such as " + sample);
    }
}
