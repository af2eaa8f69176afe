package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.rebalancer.core.estimate.MeasuredPass;
import io.rebalancer.core.estimate.MeasuredRate;
import io.rebalancer.core.estimate.PassEstimate;
import io.rebalancer.core.evacuate.AssignmentOutline;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.EndEstimate;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.explain.JobFigures;
import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How far a job is, how fast it is, and when its pass ends.
 *
 * @param pass number of the current or last pass
 * @param records of all passes by outcome
 * @param bytesMoved content bytes of the objects that were moved
 * @param stages records and content bytes in flight, by stage
 * @param destinations records and content bytes in flight, by destination
 * @param rate of the last minutes of work; absent if an earlier build runs the job
 * @param eta when the pass ends
 * @param estimates estimates of the pass that were kept, or else of the last pass that had some
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ProgressView(
        UUID jobId,
        String state,
        int pass,
        CountsView records,
        long bytesMoved,
        Stages stages,
        List<DestinationView> destinations,
        Optional<RateView> rate,
        EtaView eta,
        List<EstimateView> estimates) {

    /**
     * @param toCopy in assignments whose copies are not reported yet
     * @param toCommit whose copies are verified, and whose metadata is not changed yet
     */
    record Stages(Amount toCopy, Amount toCommit) {
        static Stages of(List<AssignmentOutline> assignments) {
            return new Stages(
                    Amount.of(assignments, each -> each.state() != AssignmentState.COPIED),
                    Amount.of(assignments, each -> each.state() == AssignmentState.COPIED));
        }
    }

    /** @param bytes content bytes of the objects of these records */
    record Amount(int assignments, long records, long bytes) {
        static Amount of(List<AssignmentOutline> all, Predicate<AssignmentOutline> which) {
            List<AssignmentOutline> chosen = all.stream().filter(which).toList();
            return new Amount(
                    chosen.size(),
                    chosen.stream().mapToLong(AssignmentOutline::tasks).sum(),
                    chosen.stream().mapToLong(AssignmentOutline::bytes).sum());
        }
    }

    /** What is in flight to a storage node. */
    record DestinationView(String storageNode, String datacenter, Amount toCopy, Amount toCommit) {
        static List<DestinationView> of(List<AssignmentOutline> assignments) {
            Map<CopyLocation, List<AssignmentOutline>> byDestination =
                    assignments.stream().collect(Collectors.groupingBy(AssignmentOutline::destination));
            return byDestination.entrySet().stream()
                    .map(each -> {
                        Stages stages = Stages.of(each.getValue());
                        return new DestinationView(
                                each.getKey().storageNode().text(),
                                each.getKey().datacenter(),
                                stages.toCopy(),
                                stages.toCommit());
                    })
                    .sorted(Comparator.comparing(DestinationView::storageNode))
                    .toList();
        }
    }

    /** @param seconds length of the observed time */
    record RateView(double seconds, double recordsPerSecond, double bytesPerSecond) {
        static RateView of(MeasuredRate rate) {
            return new RateView(rate.seconds(), rounded(rate.recordsPerSecond()), rounded(rate.bytesPerSecond()));
        }
    }

    /**
     * When the pass ends.
     *
     * @param p50 it ends earlier than this as often as later; absent if it is not known
     * @param p90 it ends earlier than this nine times out of ten; absent if it is not known
     * @param percentDone share of the records that the pass is done with; absent if it is not known
     * @param basis what the estimate rests on, or why there is none
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record EtaView(Optional<Instant> p50, Optional<Instant> p90, Optional<Integer> percentDone, String basis) {
        static EtaView of(PassEstimate estimate) {
            return new EtaView(estimate.likely(), estimate.late(), estimate.percent(), estimate.basis());
        }
    }

    /**
     * An estimate that was kept.
     *
     * @param endedAt when the pass ended; absent until then
     * @param timesEstimated the time that it took as a multiple of the estimated time; absent until then
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record EstimateView(
            Instant madeAt,
            int percentDone,
            Instant p50,
            Instant p90,
            Optional<Instant> endedAt,
            Optional<Double> timesEstimated) {
        static EstimateView of(EndEstimate kept) {
            return new EstimateView(
                    kept.madeAt(),
                    kept.percent(),
                    kept.likely(),
                    kept.late(),
                    kept.endedAt(),
                    kept.error().map(ProgressView::rounded));
        }
    }

    static ProgressView of(UUID jobId, JobFigures found) {
        JobOutline job = found.state();
        Optional<MeasuredPass> measured = found.pass();
        return new ProgressView(
                jobId,
                job.phase().name(),
                job.pass(),
                CountsView.of(job.counts()),
                job.settled().bytes(),
                Stages.of(job.assignments()),
                DestinationView.of(job.assignments()),
                measured.map(MeasuredPass::rate).map(RateView::of),
                EtaView.of(measured.map(MeasuredPass::estimate)
                        .orElseGet(() -> PassEstimate.unknown("the job runs on a manager of an earlier version"))),
                measured.map(MeasuredPass::kept).orElse(List.of()).stream()
                        .map(EstimateView::of)
                        .toList());
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
