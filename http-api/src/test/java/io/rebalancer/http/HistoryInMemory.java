package io.rebalancer.http;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.rates.RateCounts;
import io.rebalancer.core.rates.RateHistory;
import io.rebalancer.core.rates.RateQuery;
import io.rebalancer.core.rates.RateRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Five items of each list, unless a test wants more. A cursor is the number of items before it. */
public class HistoryInMemory implements JobHistory {
    private static final int LINES = 5;

    /** The number of jobs, and of the exceptions of each. */
    public static int jobs = LINES;

    public static int exceptions = LINES;

    /** When each job began to do something. */
    public static Instant ratesBegin = Instant.EPOCH;

    /** What the jobs that the read side knows did in a range. */
    public static BiFunction<UUID, RateRange, Optional<RateHistory>> rateHistory = HistoryInMemory::steadyRates;

    /** A job that relocates 60 records of 5 MB in each step, and nothing in every third. */
    public static Optional<RateHistory> steadyRates(UUID jobId, RateRange range) {
        return jobId.equals(ApiServer.NEW)
                ? Optional.empty()
                : Optional.of(new RateHistory(
                        range,
                        IntStream.range(0, range.steps())
                                .mapToObj(step -> step % 3 == 2
                                        ? RateCounts.ZERO
                                        : new RateCounts(
                                                70, 65, 325_000_000, new SettledCounts(60, 2, 1, 0, 300_000_000), 4, 1))
                                .toList(),
                        Optional.empty(),
                        Optional.empty()));
    }

    /** What the keys and details of exceptions end with. */
    public static String hostileText = "";

    private static <T> CompletionStage<Page<T>> page(
            Stream<T> lines, boolean reversed, Optional<String> after, int limit) {
        int begin;
        try {
            begin = after.map(Integer::parseInt).orElse(0);
        } catch (NumberFormatException e) {
            return CompletableFuture.failedFuture(new BadCursor(after.orElse(""), e));
        }
        List<T> all = new ArrayList<>(lines.toList());
        if (reversed) {
            Collections.reverse(all);
        }
        if (begin < 0 || begin > all.size()) {
            return CompletableFuture.failedFuture(new BadCursor(after.orElse(""), null));
        }
        int end = Math.min(all.size(), begin + limit);
        return CompletableFuture.completedFuture(new Page<>(
                all.subList(begin, end), end < all.size() ? Optional.of(String.valueOf(end)) : Optional.empty()));
    }

    @Override
    public CompletionStage<Page<JobLine>> jobs(JobFilter filter, ListOrder order, Optional<String> after, int limit) {
        return page(
                IntStream.range(0, jobs)
                        .mapToObj(i -> new JobLine(
                                new UUID(0, i),
                                i + ".stor.d",
                                "dc" + i % 2,
                                (i == 4 ? JobPhase.DONE : i == 3 ? JobPhase.PAUSED : JobPhase.RUNNING).name(),
                                "",
                                Instant.EPOCH,
                                Optional.empty(),
                                1,
                                1,
                                new JobCounts(new SettledCounts(5, 0, 0, 0, 100), 1, 0, 4)))
                        .filter(line ->
                                filter.states().isEmpty() || filter.states().contains(JobPhase.valueOf(line.state())))
                        .filter(line -> filter.leavingNode()
                                .map(line.leavingNode()::equals)
                                .orElse(true))
                        .filter(line -> filter.datacenter()
                                .map(line.datacenter()::equals)
                                .orElse(true)),
                order == ListOrder.OLDEST,
                after,
                limit);
    }

    @Override
    public CompletionStage<Page<ExceptionLine>> exceptions(
            UUID jobId, Optional<Reason> reason, ListOrder order, Optional<String> after, int limit) {
        return page(
                IntStream.range(0, exceptions)
                        .mapToObj(i -> new ExceptionLine(
                                1,
                                "/o/stor/" + i + hostileText,
                                UnmovedRecord.Kind.SKIPPED,
                                i == 0 ? Reason.MD5_MISMATCH : Reason.NO_DESTINATION,
                                "no node has room" + hostileText,
                                1,
                                2,
                                Optional.of("9.stor.d"),
                                Optional.of(new UUID(1, i)),
                                Optional.of(Instant.EPOCH),
                                Optional.of(Instant.EPOCH.plusSeconds(60))))
                        .filter(line -> reason.isEmpty() || line.reason() == reason.get()),
                order == ListOrder.NEWEST,
                after,
                limit);
    }

    @Override
    public CompletionStage<Page<AuditLine>> audit(ListOrder order, Optional<String> after, int limit) {
        return page(
                IntStream.range(0, LINES)
                        .mapToObj(i -> new AuditLine(Instant.EPOCH, new UUID(0, i), "job_created", "empties it")),
                order == ListOrder.OLDEST,
                after,
                limit);
    }

    @Override
    public CompletionStage<Page<OrphanLine>> orphans(
            Optional<UUID> jobId, ListOrder order, Optional<String> after, int limit) {
        return page(
                IntStream.range(0, LINES)
                        .mapToObj(i -> new OrphanLine(
                                new UUID(0, i % 2),
                                new UUID(1, i),
                                i + ".stor.d",
                                new UUID(2, i),
                                "the agent is lost",
                                Instant.EPOCH))
                        .filter(line -> jobId.isEmpty() || line.jobId().equals(jobId.get())),
                order == ListOrder.OLDEST,
                after,
                limit);
    }

    @Override
    public CompletionStage<Optional<RateHistory>> rates(UUID jobId, RateQuery query, Instant now) {
        return CompletableFuture.completedFuture(rateHistory.apply(jobId, RateRange.of(query, ratesBegin, now)));
    }

    @Override
    public CompletionStage<Long> takenIn(UUID jobId) {
        return CompletableFuture.completedFuture(0L);
    }
}
