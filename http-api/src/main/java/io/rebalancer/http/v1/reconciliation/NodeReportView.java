package io.rebalancer.http.v1.reconciliation;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.SkippedCounts;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a run found on one storage node.
 *
 * @param fault why the node was not compared, or not completely, as a stable word; absent if it was
 * @param detail the fault for an operator; absent without one
 * @param listedAt when the listing began, by the clock of the node; absent without a listing
 * @param listed what the listing covers
 * @param claims copies that records claim
 * @param found findings by kind; a kind without findings is absent
 * @param skipped candidates that are no findings
 * @param contents what was read of the contents; absent unless the run was ordered to
 * @param receivedBytes bytes of the listing that the manager received
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record NodeReportView(
        String storageNode,
        Optional<String> fault,
        Optional<String> detail,
        Optional<Instant> listedAt,
        Listed listed,
        long claims,
        Map<String, Long> found,
        SkippedCounts skipped,
        Optional<ContentCounts> contents,
        long receivedBytes) {

    /**
     * What a listing covers. The paths that could not be read name owners and objects, so only their numbers are here.
     *
     * @param complete whether every file of the object layout was listed
     * @param unmanaged files and directories that are not of the object layout, by kind
     * @param unlistedRanges ranges that could not be listed
     * @param faults directories and files that could not be read
     */
    record Listed(
            boolean complete, long files, long bytes, Map<String, Long> unmanaged, int unlistedRanges, long faults) {
        static Listed of(Coverage coverage, boolean listed) {
            return new Listed(
                    listed && coverage.isComplete(),
                    coverage.files(),
                    coverage.bytes(),
                    words(coverage.unmanaged(), StableWord::of),
                    coverage.unlisted().size(),
                    coverage.faults());
        }
    }

    static NodeReportView of(NodeReport report) {
        return new NodeReportView(
                report.node().text(),
                report.fault().map(AbortReason::word),
                Optional.of(report.detail()).filter(text -> !text.isEmpty()),
                report.listedAt(),
                Listed.of(report.coverage(), report.listedAt().isPresent()),
                report.claims(),
                words(report.found(), StableWord::of),
                report.skipped(),
                Optional.of(report.contents()).filter(counts -> !counts.equals(ContentCounts.NONE)),
                report.receivedBytes());
    }

    private static <E extends Enum<E>> Map<String, Long> words(Map<E, Long> counts, Function<E, String> word) {
        Map<String, Long> words = new TreeMap<>();
        counts.forEach((each, count) -> words.put(word.apply(each), count));
        return words;
    }
}
