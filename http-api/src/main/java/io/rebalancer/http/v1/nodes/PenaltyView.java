package io.rebalancer.http.v1.nodes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.core.text.StableWord;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A storage node gets few objects for a while, because it failed assignments. The penalty is shared by all jobs.
 *
 * @param factor of the node's weight when a destination is drawn, whatever the number of causes is
 * @param since when the penalty began, the earliest of all causes
 * @param until when the penalty ends, the latest of all causes
 * @param causes what the node did, at least one cause
 */
record PenaltyView(double factor, Instant since, Instant until, List<CauseView> causes) {

    /**
     * What the node did.
     *
     * @param cause {@code busy}, {@code insufficient_space}, {@code unreachable}, {@code refused} or {@code copies_failed}
     * @param assignments that failed for this cause, since the first of the penalties in a row; absent if the space broker
     *     is of an earlier build
     * @param penaltiesInARow number of this penalty, from 1; each is twice as long as the one before, up to a maximum
     * @param detail what went wrong last, as readable text
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record CauseView(
            String cause,
            Optional<Integer> assignments,
            int penaltiesInARow,
            Instant since,
            Instant until,
            String detail) {
        static CauseView of(PenaltyReport report) {
            Penalty penalty = report.penalty();
            return new CauseView(
                    StableWord.of(penalty.cause()),
                    report.faults(),
                    penalty.strikes(),
                    penalty.since(),
                    penalty.until(),
                    penalty.detail());
        }
    }

    /** The penalty of each node by storage id, in the order of {@code reports}. */
    static Map<String, PenaltyView> byNode(List<PenaltyReport> reports) {
        Map<String, List<CauseView>> causes = reports.stream()
                .collect(Collectors.groupingBy(
                        each -> each.penalty().node().text(),
                        LinkedHashMap::new,
                        Collectors.mapping(CauseView::of, Collectors.toList())));
        Map<String, PenaltyView> views = new LinkedHashMap<>();
        causes.forEach((node, ofNode) -> views.put(node, of(ofNode)));
        return views;
    }

    private static PenaltyView of(List<CauseView> causes) {
        Instant since = causes.stream()
                .map(CauseView::since)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        Instant until = causes.stream()
                .map(CauseView::until)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return new PenaltyView(Penalty.FACTOR, since, until, causes);
    }
}
